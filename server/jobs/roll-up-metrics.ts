import type { Connection } from "@/db/client";
import { makeWideRollups } from "@/server/metrics/make-wide-rollups";
import { forgetFineRollups, rollUp } from "@/server/metrics/roll-up";
import type { Job } from "./run-jobs";

/** Charts add what is still in the outbox, so this only has to keep it short. */
export function rollUpMetrics({ db }: Pick<Connection, "db">): Job {
  return { name: "roll up metrics", everyMs: 1_000, run: () => rollUp(db, Date.now()) };
}

export function forgetFineMetrics({ db }: Pick<Connection, "db">): Job {
  return { name: "forget fine metrics", everyMs: 3_600_000, run: () => forgetFineRollups(db, Date.now()) };
}

/** After an upgrade, and where another release wrote roll-ups beside this one; else there is nothing to do. */
export function makeWideMetrics({ db, signal }: Pick<Connection, "db"> & { signal: AbortSignal }): Job {
  return { name: "make wide metrics", everyMs: 60_000, run: () => makeWideRollups(db, signal) };
}
