import type { GatesPolicy } from "./gates-policy";
import type { Verdict } from "./statistics/verdict";
import { percentWords, secondsWords, spanWords } from "./statistics/words";
import type { ColdClass, Phase, ProviderId, Source } from "./vocabulary";

/** The plan's way, as data: its four phases, the third in three steps. */
export const STEPS = ["validation", "canary", "gradual_10", "gradual_50", "gradual_100", "deprecation"] as const;
export type Step = (typeof STEPS)[number];

export const GATE_KEYS = [
  "endpoint_healthy",
  "checklist_passed",
  "candidate_in_staging",
  "canary_generations",
  "canary_success",
  "no_open_incident",
  "held",
  "generations",
  "success",
  "errors",
  "latency_warm",
  "cold_starts",
  "not_worse",
  "blind_comparison",
  "rollback_drill",
  "soaked",
] as const;
export type GateKey = (typeof GATE_KEYS)[number];

export interface StepInfo {
  title: string;
  phase: Phase;
  /** The candidate's share in that step; null where the step moves no traffic of this environment. */
  shareBp: number | null;
  /** What must be green to *enter* the step, in order; `isAsked` says which of them a policy wants. */
  gates: readonly GateKey[];
}

/** Gates that are only there where the policy sets their threshold. */
export function isAsked(key: GateKey, policy: Pick<GatesPolicy, "blindWinRateMinBp">): boolean {
  return key !== "blind_comparison" || policy.blindWinRateMinBp > 0;
}

const GRADUAL_GATES = [
  "held",
  "generations",
  "success",
  "errors",
  "latency_warm",
  "cold_starts",
  "not_worse",
  "blind_comparison",
  "rollback_drill",
] as const satisfies readonly GateKey[];

export const STEP_INFO: Record<Step, StepInfo> = {
  validation: { title: "Validation", phase: "validation", shareBp: null, gates: [] },
  canary: {
    title: "Canary (staging)",
    phase: "canary",
    shareBp: null,
    gates: ["endpoint_healthy", "checklist_passed"],
  },
  gradual_10: {
    title: "Gradual 10%",
    phase: "gradual",
    shareBp: 1_000,
    gates: ["candidate_in_staging", "canary_generations", "canary_success", "blind_comparison", "no_open_incident"],
  },
  gradual_50: { title: "50%", phase: "gradual", shareBp: 5_000, gates: GRADUAL_GATES },
  // The plan's testing checklist is to be done "before full rollout".
  gradual_100: { title: "100%", phase: "gradual", shareBp: 10_000, gates: [...GRADUAL_GATES, "checklist_passed"] },
  deprecation: { title: "Deprecation", phase: "deprecation", shareBp: 10_000, gates: ["soaked", "no_open_incident"] },
};

/** A filter of the generations table; every surface can open it. */
export interface GenerationLink {
  environment: string;
  providers: ProviderId[];
  sources: Source[];
  coldClasses?: ColdClass[];
  fromMs: number;
  /** Exclusive. */
  toMs: number;
}

export interface GateResult {
  key: GateKey;
  /** The rule with its threshold: "Success rate above 98%". */
  title: string;
  /** Does it allow the step? */
  green: boolean;
  verdict: Verdict;
  /** Of what the number is, in words; null for gates that count nothing. */
  population: string | null;
  /** The generations behind it; null where there are none to show. */
  link: GenerationLink | null;
}

/**
 * The step whose gates must hold before the share may rise to `shareBp`. Null: the share does not rise, so no gate is
 * asked. Where the canary runs, every rise is the canary.
 */
export function stepFor(
  revision: { environment: string; candidateShareBp: number },
  shareBp: number,
  policy: Pick<GatesPolicy, "stagingEnvironment">,
): Exclude<Step, "validation" | "deprecation"> | null {
  if (shareBp <= revision.candidateShareBp) return null;
  if (revision.environment === policy.stagingEnvironment) return "canary";
  if (shareBp <= 1_000) return "gradual_10";
  return shareBp <= 5_000 ? "gradual_50" : "gradual_100";
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export function gateTitle(key: GateKey, policy: GatesPolicy): string {
  const success = `Success rate above ${percentWords(policy.successMinBp / 10_000)}`;
  const titles: Record<GateKey, () => string> = {
    endpoint_healthy: () => "Endpoint healthy",
    checklist_passed: () => `All checklist items passed in the last ${spanWords(policy.checklistMaxAgeDays * DAY_MS)}`,
    candidate_in_staging: () => "ComfyUI serves in staging",
    canary_generations: () => `At least ${policy.canaryGenerations} generations in the canary`,
    canary_success: () => `${success} in the canary`,
    no_open_incident: () => "No open critical incident",
    held: () => `Held for ${spanWords(policy.holdHours * HOUR_MS)} at the present share`,
    generations: () => `At least ${policy.stepGenerations} generations on ComfyUI`,
    success: () => success,
    errors: () => `Error rate of attempts below ${percentWords(policy.errorMaxBp / 10_000)}`,
    latency_warm: () => `p95 latency below ${secondsWords(policy.latencyMsP95Warm)} (warm)`,
    cold_starts: () => `Cold starts not rising by more than ${policy.coldRiseMarginBp / 100} pp`,
    not_worse: () => `Not worse than Scenario by more than ${policy.notWorseMarginBp / 100} pp`,
    blind_comparison: () =>
      `ComfyUI preferred in at least ${percentWords(policy.blindWinRateMinBp / 10_000)} of the pairs that differ (blind)`,
    rollback_drill: () => `Rollback drill in the last ${spanWords(policy.drillMaxAgeDays * DAY_MS)}`,
    soaked: () => `At 100% for ${spanWords(policy.soakDays * DAY_MS)}`,
  };
  return titles[key]();
}
