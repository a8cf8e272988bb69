import type { Micros } from "@/server/domain/money";
import { COST_PARTS, type CostPart } from "./accounts";
import type { CostSummary } from "./figures";

/** The plan's promise for migrated pictures. */
export const PLAN_SAVINGS = { low: 0.7, high: 0.8 } as const;

export interface Share {
  /** Savings as a part of the baseline: 0.71 is 71 %. Below 0 where it costs more than the control alone. */
  share: number;
  low: number;
  high: number;
}

export interface Savings {
  /** Over everything: what was paid beside what the control alone would have cost. */
  micros: Micros;
  lowMicros: Micros;
  highMicros: Micros;
  /** Null without a baseline to compare with: nothing was delivered. */
  overall: Share | null;
  /** On the pictures that the candidate made: all that it cost for callers, failures and idle time included. */
  migratedMicros: Micros;
  migrated: Share | null;
}

/** Null where a price is missing: a saving of the known part would look like the saving. */
export function savingsOf(summary: CostSummary): Savings | null {
  const { comfyui } = summary.providers;
  const overall = against(summary.baselineMicros, withinOf(summary), 0);
  // What was tried out at the candidate migrated no picture.
  const migrated = against(comfyui.baselineMicros, comfyui, comfyui.parts.trials);
  if (overall === null || migrated === null) return null;
  return {
    micros: overall.micros,
    lowMicros: overall.lowMicros,
    highMicros: overall.highMicros,
    overall: overall.share,
    migratedMicros: migrated.micros,
    migrated: migrated.share,
  };
}

/** The whole cost with the candidate's interval: what the control's is, it is with the control alone as well. */
function withinOf({ costMicros, providers: { comfyui } }: CostSummary): Costs {
  const plus = (edge: Micros | null) =>
    costMicros === null || edge === null ? null : costMicros + edge - (comfyui.costMicros ?? 0);
  return { costMicros, costMicrosLow: plus(comfyui.costMicrosLow), costMicrosHigh: plus(comfyui.costMicrosHigh) };
}

type Costs = Pick<CostSummary, "costMicros" | "costMicrosLow" | "costMicrosHigh">;

function against(baselineMicros: Micros | null, cost: Costs, withoutMicros: Micros) {
  const { costMicros, costMicrosLow, costMicrosHigh } = cost;
  if (baselineMicros === null || costMicros === null || costMicrosLow === null || costMicrosHigh === null) return null;
  const micros = baselineMicros - (costMicros - withoutMicros);
  const lowMicros = baselineMicros - (costMicrosHigh - withoutMicros);
  const highMicros = baselineMicros - (costMicrosLow - withoutMicros);
  const of = (saved: Micros) => saved / baselineMicros;
  const share: Share | null =
    baselineMicros > 0 ? { share: of(micros), low: of(lowMicros), high: of(highMicros) } : null;
  return { micros, lowMicros, highMicros, share };
}

export type PlanVerdict = "above" | "inside" | "below" | "unknown";

export interface PlanComparison {
  low: number;
  high: number;
  verdict: PlanVerdict;
  /** Where the plan is missed: the line that eats it, what it cost, and its part of what the candidate cost. */
  eaten: { part: CostPart; micros: Micros; ofCost: number } | null;
}

/**
 * Savings on migrated pictures beside the plan's. Missed by compute where compute alone costs more than the plan leaves
 * for everything; else by the dearest of the other lines, since with compute alone the plan would be met.
 */
export function compareWithPlan(summary: CostSummary, savings: Savings | null): PlanComparison {
  const band = { ...PLAN_SAVINGS };
  const share = savings?.migrated?.share;
  if (share === undefined) return { ...band, verdict: "unknown", eaten: null };
  if (share > band.high) return { ...band, verdict: "above", eaten: null };
  if (share >= band.low) return { ...band, verdict: "inside", eaten: null };
  const { parts, knownMicros, baselineMicros } = summary.providers.comfyui;
  const isCompute = parts.compute > (1 - band.low) * (baselineMicros ?? 0);
  const others = COST_PARTS.filter((part) => part !== "compute" && part !== "trials");
  const [dearest] = others.sort((left, right) => parts[right] - parts[left]);
  const part = isCompute || dearest === undefined ? "compute" : dearest;
  return {
    ...band,
    verdict: "below",
    eaten: { part, micros: parts[part], ofCost: parts[part] / (knownMicros - parts.trials) },
  };
}
