import type { ReviewAction } from "@/db/queries/reviews";
import type { WeekCosts } from "@/server/costs/read-week";
import type { CostSummary } from "@/server/domain/costs/figures";
import type { Savings } from "@/server/domain/costs/savings";
import type { Micros } from "@/server/domain/money";

/** A week beside which the reviewed one is read. */
export interface EarlierWeek {
  week: string;
  isSigned: boolean;
  summary: Pick<CostSummary, "images" | "costMicros" | "knownMicros" | "baselineMicros">;
  savings: Savings | null;
}

/** What a signed number was, and what the ledger says now. Null is unknown. */
export interface Difference {
  name: string;
  signedMicros: Micros | null;
  nowMicros: Micros | null;
}

/** Where a running week would end if it went on like this. */
export interface Projection {
  /** Whole days that are over, of seven. */
  daysOver: number;
  /** Null until a day is over, and where the cost is unknown. */
  costMicros: Micros | null;
  savingsMicros: Micros | null;
}

/** One week as people look at it: numbers, words, and what is to be done. */
export interface Review {
  environment: string;
  /** Such as `2026-W47`. */
  week: string;
  timeZone: string;
  /** As signed, where it is signed; else as the ledger has it now. */
  costs: WeekCosts;
  projection: Projection | null;
  earlier: EarlierWeek[];
  written: { unexpected: string; notes: string; updatedAtMs: number; updatedBy: string } | null;
  actions: { own: ReviewAction[]; open: ReviewAction[] };
  signed: { atMs: number; by: string } | null;
  /** Corrections since it was signed; empty where nothing has changed, or nobody has signed. */
  differences: Difference[];
}
