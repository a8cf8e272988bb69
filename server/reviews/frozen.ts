import type { WeekCosts } from "@/server/costs/read-week";
import { COST_PART_NAMES, COST_PARTS } from "@/server/domain/costs/accounts";
import { PROVIDER_IDS, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import type { Difference } from "./types";

/** 1: the list price of all pictures was the baseline; since 2 it is the control's own bill for those that it made. */
const VERSIONS = [1, 2] as const;
type Version = (typeof VERSIONS)[number];

/** What a signature keeps of the numbers. */
export interface FrozenReview {
  version: Version;
  costs: WeekCosts;
}

export function freeze(costs: WeekCosts): FrozenReview {
  return { version: 2, costs };
}

/** The numbers as they were signed. Throws on what this version cannot read: signed numbers are not guessed at. */
export function thaw(stored: unknown): FrozenReview {
  const isKnown = (version: unknown) => VERSIONS.some((each) => each === version);
  if (typeof stored !== "object" || stored === null || !("version" in stored) || !isKnown(stored.version))
    throw new Error("a signed review is in a form that this version cannot read");
  // Only `freeze` writes it, and a trigger keeps it as it was written.
  return stored as FrozenReview;
}

const SCENARIO_ALONE = "Scenario alone";
const SAVINGS = "Savings";

/** Every signed amount that the ledger has differently now. */
export function differencesOf({ version, costs: signed }: FrozenReview, now: WeekCosts): Difference[] {
  const all: Difference[] = [
    { name: "Total", signedMicros: signed.summary.costMicros, nowMicros: now.summary.costMicros },
    { name: SCENARIO_ALONE, signedMicros: signed.summary.baselineMicros, nowMicros: now.summary.baselineMicros },
    { name: SAVINGS, signedMicros: signed.savings?.micros ?? null, nowMicros: now.savings?.micros ?? null },
    ...PROVIDER_IDS.flatMap((provider) =>
      COST_PARTS.map((part) => ({
        name: `${PROVIDER_NAMES[provider]}: ${COST_PART_NAMES[part].toLowerCase()}`,
        signedMicros: signed.summary.providers[provider].parts[part],
        nowMicros: now.summary.providers[provider].parts[part],
      })),
    ),
  ];
  // Counted otherwise since is no correction of anything.
  const isSameMeasure = ({ name }: Difference) => version === 2 || (name !== SCENARIO_ALONE && name !== SAVINGS);
  return all.filter((each) => isSameMeasure(each) && each.signedMicros !== each.nowMicros);
}
