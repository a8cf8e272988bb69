import { sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { EVENT_COLUMNS, type EventRow, eventsFromRows, toMetricEvent } from "@/db/queries/metric-events";
import { bucketStart } from "@/server/domain/metrics/buckets";
import { addCells, type Cell, toCells } from "./cells";
import { lockRollups, writeCells } from "./roll-up";
import { sumRollups } from "./sum-rollups";

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

const BATCH = 20_000;

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
        sql`delete from rollups where environment = ${environment} and width_ms <= ${DAY_MS} and start_at >= ${from} and start_at < ${to}`,
      );
      // Counted from the rows below instead. What settles from now on is in neither: this snapshot does not see it.
      await tx.execute(
        sql`delete from rollup_outbox where environment = ${environment} and bucket_at >= ${from} and bucket_at < ${to}`,
      );
      await tx.execute(
        sql`declare of_day no scroll cursor for select ${EVENT_COLUMNS} from (${eventsFromRows(span)}) events`,
      );
      const cells = new Map<string, Cell>();
      let events = 0;
      for (;;) {
        const { rows } = await tx.execute<EventRow>(sql.raw(`fetch ${BATCH} from of_day`));
        addCells(cells, toCells(rows.map(toMetricEvent), nowMs, DAY_MS));
        events += rows.length;
        if (rows.length < BATCH) break;
      }
      await writeCells(tx, [...cells.values()]);
      const weekMs = bucketStart(fromMs, WEEK_MS);
      const week = { environment, fromMs: weekMs, toMs: weekMs + WEEK_MS };
      await sumRollups(tx, { ...week, widthMs: WEEK_MS, sumOfMs: DAY_MS });
      return events;
    },
    { isolationLevel: "repeatable read" },
  );
}
