import type { WeekCosts } from "@/server/costs/read-week";
import { COST_PART_NAMES, COST_PARTS } from "@/server/domain/costs/accounts";
import { PROVIDER_IDS, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import type { Difference } from "./types";

const VERSION = 1;

/** What a signature keeps of the numbers. */
export interface FrozenReview {
  version: typeof VERSION;
  costs: WeekCosts;
}

export function freeze(costs: WeekCosts): FrozenReview {
  return { version: VERSION, costs };
}

/** The numbers as they were signed. Throws on what this version cannot read: signed numbers are not guessed at. */
export function thaw(stored: unknown): WeekCosts {
  if (typeof stored !== "object" || stored === null || !("version" in stored) || stored.version !== VERSION)
    throw new Error("a signed review is in a form that this version cannot read");
  // Only `freeze` writes it, and a trigger keeps it as it was written.
  return (stored as FrozenReview).costs;
}

/** Every signed amount that the ledger has differently now. */
export function differencesOf(signed: WeekCosts, now: WeekCosts): Difference[] {
  const all: Difference[] = [
    { name: "Total", signedMicros: signed.summary.costMicros, nowMicros: now.summary.costMicros },
    { name: "Scenario alone", signedMicros: signed.summary.baselineMicros, nowMicros: now.summary.baselineMicros },
    { name: "Savings", signedMicros: signed.savings?.micros ?? null, nowMicros: now.savings?.micros ?? null },
    ...PROVIDER_IDS.flatMap((provider) =>
      COST_PARTS.map((part) => ({
        name: `${PROVIDER_NAMES[provider]}: ${COST_PART_NAMES[part].toLowerCase()}`,
        signedMicros: signed.summary.providers[provider].parts[part],
        nowMicros: now.summary.providers[provider].parts[part],
      })),
    ),
  ];
  return all.filter(({ signedMicros, nowMicros }) => signedMicros !== nowMicros);
}
