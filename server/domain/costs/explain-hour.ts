import { costOf, type Micros, type UnitPrice } from "@/server/domain/money";
import type { CostKind } from "@/server/domain/vocabulary";

const HOUR_MS = 3_600_000;
/** Of an hour: with more of it looked at, the workers' time is known and may also be below what jobs were put at. */
const COVERED = 0.9;

export interface HourFacts {
  /** What the hour's jobs were put at. */
  generationMicros: Micros;
  /** Null: nobody looked at the workers in that hour. */
  fleet: { coveredMs: number; paidMs: number; standingMs: number } | null;
  /** A second of one worker; null: no price. */
  price: UnitPrice | null;
  /** Null: not told yet. */
  billed: { totalMicros: Micros; diskMicros: Micros } | null;
}

export const OWN_KINDS = ["start_up", "standing_worker", "storage", "unexplained"] as const satisfies CostKind[];
export type OwnKind = (typeof OWN_KINDS)[number];

export const OWN_NOTES: Record<OwnKind, string> = {
  start_up: "worker time measured by looking at the workers that no job's lines hold: starts that served nobody",
  standing_worker: "workers that the endpoint's minimum keeps, without work",
  storage: "disk, as billed",
  unexplained: "billed, and explained by nothing that was measured",
};

/**
 * What an environment's own lines of an hour should come to, so that with the lines of its jobs they explain the bill
 * as far as anything was measured, and `unexplained` is the rest.
 */
export function explainHour({ generationMicros, fleet, price, billed }: HourFacts): Record<OwnKind, Micros> {
  const own = { start_up: 0, standing_worker: 0, storage: billed?.diskMicros ?? 0, unexplained: 0 };
  if (fleet !== null && price !== null) {
    const difference = costOf(fleet.paidMs / 1000, price) - generationMicros;
    // Looked at for a part of the hour only, the workers' time is a lower bound.
    own.start_up = fleet.coveredMs >= COVERED * HOUR_MS ? difference : Math.max(0, difference);
    own.standing_worker = costOf(fleet.standingMs / 1000, price);
  }
  if (billed !== null)
    own.unexplained = billed.totalMicros - generationMicros - own.start_up - own.standing_worker - own.storage;
  return own;
}
