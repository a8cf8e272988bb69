import { parseAsString, parseAsStringLiteral } from "nuqs/server";
import { formatCount, formatLatency, formatRate } from "@/components/format";
import type { RouterOutputs } from "@/components/trpc/client";
import type { WarmTarget } from "@/server/domain/keep-warm/what-if";

type Trace = RouterOutputs["endpoint"]["traces"][number];

const DAYS = ["7", "14", "21", "28"] as const;
const TARGET_KEYS = ["p95-5", "p95-10", "p95-15", "p95-30", "p95-60", "cold-1", "cold-2", "cold-5", "cold-10"] as const;
type TargetKey = (typeof TARGET_KEYS)[number];

export const DAY_OPTIONS = DAYS.map((value) => ({ value, label: `the last ${value} days` }));

/** What a setting must reach, by the word that stands in the address: seconds of p95, or percent of cold starts. */
export const WARM_TARGETS = Object.fromEntries(
  TARGET_KEYS.map((key) => {
    const [kind, bound] = key.split("-");
    const target: WarmTarget =
      kind === "p95"
        ? { p95Ms: Number(bound) * 1_000, coldShare: null }
        : { p95Ms: null, coldShare: Number(bound) / 100 };
    return [key, { target, label: labelOf(target) }];
  }),
) as Record<TargetKey, { target: WarmTarget; label: string }>; // made from every key

export const TARGET_OPTIONS = TARGET_KEYS.map((value) => ({ value, label: WARM_TARGETS[value].label }));

function labelOf({ p95Ms, coldShare }: WarmTarget): string {
  return p95Ms === null ? `cold ≤ ${formatRate(coldShare)}` : `p95 ≤ ${formatLatency(p95Ms)}`;
}

export const OWN_REQUESTS = { value: "own", label: "this environment's" };

export function traceOption({ id, fileName, n }: Trace) {
  return { value: id, label: `${fileName} (${formatCount(n)})` };
}

export const warmParsers = {
  wdays: parseAsStringLiteral(DAYS).withDefault("14"),
  wtarget: parseAsStringLiteral(TARGET_KEYS).withDefault("p95-15"),
  /** An import's id; absent: what came here. */
  wtrace: parseAsString,
};
