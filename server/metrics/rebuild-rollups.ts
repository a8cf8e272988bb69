import { sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { eventsFromRows } from "@/db/queries/metric-events";
import { lockRollups, rollUpBatch } from "./roll-up";

const DAY_MS = 86_400_000;

const OUTBOX_COLUMNS =
  sql.raw(`kind, sign, environment, source, provider, operation, model, bucket_at, state, cold_class, failure_mode, ended_at,
  images, latency_ms, delay_ms, execution_ms, store_ms, start_up_ms, start_up_micros, cost_micros, baseline_micros`);

export interface RebuildProgress {
  day: string;
  events: number;
}

/**
 * Makes the roll-ups of the environment anew from its rows, day by day (UTC), while traffic flows: each day is replaced
 * in one transaction on one snapshot, so a view sees the old or the new one, and what settles meanwhile is counted
 * after it. `fromMs` and `toMs` leave out days that lie wholly outside of them. May be stopped between days and run again. Returns the number of events counted.
 */
export async function rebuildRollups(
  db: Database,
  options: {
    environment: string;
    nowMs: number;
    fromMs?: number;
    toMs?: number;
    onDay?: (progress: RebuildProgress) => void;
  },
): Promise<number> {
  const { environment, nowMs, fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = options;
  const { rows } = await db.execute<{ day: number }>(
    sql`select distinct (extract(epoch from day) / 86400)::int as day from (
        select date_trunc('day', created_at, 'UTC') as day from generations where environment = ${environment}
        union all select date_trunc('day', start_at, 'UTC') from rollups where environment = ${environment}) days order by 1`,
  );
  let total = 0;
  for (const { day } of rows) {
    if ((day + 1) * DAY_MS <= fromMs || day * DAY_MS > toMs) continue;
    const events = await rebuildDay(db, environment, day * DAY_MS, nowMs);
    total += events;
    options.onDay?.({ day: new Date(day * DAY_MS).toISOString().slice(0, 10), events });
  }
  return total;
}

async function rebuildDay(db: Database, environment: string, fromMs: number, nowMs: number): Promise<number> {
  const span = { environment, fromMs, toMs: fromMs + DAY_MS };
  const [from, to] = [new Date(span.fromMs), new Date(span.toMs)];
  return db.transaction(
    async (tx) => {
      // Before anything is read: the snapshot is of the time after the lock.
      await lockRollups(tx);
      await tx.execute(
        sql`delete from rollups where environment = ${environment} and start_at >= ${from} and start_at < ${to}`,
      );
      // Counted from the rows below instead. What settles from now on is in neither: this snapshot does not see it.
      await tx.execute(
        sql`delete from rollup_outbox where environment = ${environment} and bucket_at >= ${from} and bucket_at < ${to}`,
      );
      await tx.execute(
        sql`insert into rollup_outbox (${OUTBOX_COLUMNS}) select ${OUTBOX_COLUMNS} from (${eventsFromRows(span)}) events`,
      );
      let events = 0;
      for (let moved = -1; moved !== 0; events += moved) moved = await rollUpBatch(tx, nowMs, span);
      return events;
    },
    { isolationLevel: "repeatable read" },
  );
}
