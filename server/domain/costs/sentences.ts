import { formatTotalMicros } from "@/server/domain/money";
import { COST_PART_NAMES } from "./accounts";
import type { CostSummary } from "./figures";
import type { PlanComparison, Savings } from "./savings";

/** A price or a measure that is missing, so that a cost or a baseline is unknown. */
export interface MissingPrice {
  of: "cost" | "baseline";
  /** Fit to follow "no": "price of a Scenario image for img2img (model_x)". */
  what: string;
  /** The first and the last date that it is missing on, in the zone shown. */
  fromDate: string;
  toDate: string;
  /** 0: it is not generations that lack it, but an environment's own cost. */
  generations: number;
}

const count = (n: number, one: string) => `${n.toLocaleString("en-US")} ${n === 1 ? one : `${one}s`}`;
const percent = (share: number) =>
  `${(share * 100).toLocaleString("en-US", { maximumFractionDigits: 1 })}%`.replace("-", "−");

/** The first line of a review, ready to paste. `name` is such as "Week 47" or "20–23 November". */
export function costSentence(
  name: string,
  summary: CostSummary,
  savings: Savings | null,
  missing: readonly MissingPrice[],
): string {
  const images = count(summary.images, "image");
  if (summary.costMicros === null) {
    const known = summary.knownMicros > 0 ? ` At least ${formatTotalMicros(summary.knownMicros)} is known.` : "";
    return `${name}: ${images} of unknown cost: ${because(missing, "cost")}.${known}`;
  }
  const cost = `${name}: ${images} cost ${formatTotalMicros(summary.costMicros)}`;
  if (savings === null)
    return `${cost}; what Scenario alone would have cost is unknown: ${because(missing, "baseline")}.`;
  const { overall, micros } = savings;
  if (overall === null) return `${cost}; nothing was delivered that Scenario could be compared with.`;
  const { comfyui } = summary.providers;
  if (comfyui.images === 0 && comfyui.knownMicros === 0)
    return `${cost}; no image was migrated, so Scenario alone costs the same.`;
  const alone = `${cost}; Scenario alone would have cost ${formatTotalMicros(summary.baselineMicros ?? 0)}.`;
  const estimate =
    savings.lowMicros === savings.highMicros
      ? ""
      : `, between ${formatTotalMicros(savings.lowMicros)} and ${formatTotalMicros(savings.highMicros)} as idle time and reservations are estimates`;
  return micros < 0
    ? `${alone} Cost ${formatTotalMicros(-micros)} more than Scenario alone (${percent(-overall.share)})${estimate}.`
    : `${alone} Savings ${formatTotalMicros(micros)} (${percent(overall.share)})${estimate}.`;
}

function because(missing: readonly MissingPrice[], of: MissingPrice["of"]): string {
  const found = missing.filter((entry) => entry.of === of);
  if (found.length === 0) return "a price or a measure is missing";
  return found.map(missingWords).join("; ");
}

export function missingWords({ what, fromDate, toDate, generations }: MissingPrice): string {
  const when = fromDate === toDate ? `on ${fromDate}` : `from ${fromDate} to ${toDate}`;
  return `no ${what} ${when}${generations === 0 ? "" : ` (${count(generations, "generation")})`}`;
}

/** Savings on migrated pictures beside the plan's 70–80 %, with the line that eats them where they are missed. */
export function planSentence(plan: PlanComparison, savings: Savings | null): string {
  const band = `the plan's ${plan.low * 100}–${plan.high * 100}%`;
  const share = savings?.migrated?.share;
  if (savings !== null && share === undefined)
    return `No image was migrated, so there is nothing to hold against ${band}.`;
  if (share === undefined) return `Savings on migrated images are unknown, so ${band} cannot be judged.`;
  const lead = `Savings on migrated images are ${percent(share)}`;
  if (plan.verdict === "above") return `${lead}, above ${band}.`;
  if (plan.verdict === "inside" || plan.eaten === null) return `${lead}, within ${band}.`;
  const { part, micros, ofCost } = plan.eaten;
  const name = COST_PART_NAMES[part].toLowerCase();
  const line = `${formatTotalMicros(micros)}, ${percent(ofCost)} of what ComfyUI cost`;
  return part === "compute"
    ? `${lead}, below ${band}: compute alone takes ${line}, more than the plan leaves for everything.`
    : `${lead}, below ${band}: beside compute, most goes to ${name}: ${line}.`;
}
