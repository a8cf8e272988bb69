import { sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import type { Measures, Series } from "@/server/domain/metrics/measures";
import type { Population } from "@/server/domain/metrics/populations";
import {
  type OldMeasures,
  readMeasures,
  readOldMeasures,
  type StoredMeasures,
} from "@/server/domain/metrics/stored-measures";
import type { ProviderId, Source } from "@/server/domain/vocabulary";
import { EVENT_COLUMNS, type EventRow, type EventSpan, toMetricEvent } from "./metric-events";

export interface RollupPlace {
  startMs: number;
  provider: ProviderId;
  /** Of a total: its population. */
  source: Source | Population;
  operation: string;
  model: string;
  coldClass: string;
}

/** What stands in a row's columns: `old` in one that was written before there were the other three. */
export type StoredColumns = ({ old: null } & StoredMeasures) | ({ old: string } & Record<keyof StoredMeasures, null>);

/** Of a row that is called `r`. */
export const OLD_MEASURES_TEXT = `case when r.numbers is null then jsonb_build_object('counters', r.counters, 'failures', r.failures,
  'attemptFailures', r.attempt_failures, 'sketches', encode(r.sketches, 'base64'))::text end`;
export const OLD_MEASURES = sql.raw(OLD_MEASURES_TEXT);

export function measuresOf(row: StoredColumns, wanted?: readonly Series[]): Measures {
  if (row.old === null) return readMeasures(row, wanted);
  const old = JSON.parse(row.old) as Omit<OldMeasures, "sketches"> & { sketches: string };
  return readOldMeasures({ ...old, sketches: Buffer.from(old.sketches, "base64") }, wanted);
}

/** All roll-ups of one width in the span: totals of populations, or the finer rows. */
export async function readRollups(
  db: DatabaseOrTransaction,
  query: EventSpan & { widthMs: number; isTotal: boolean },
): Promise<(RollupPlace & { measures: Measures })[]> {
  const { rows } = await db.execute<Record<string, unknown> & RollupPlace & StoredColumns>(
    sql`select (extract(epoch from start_at) * 1000)::float8 as "startMs", provider, source, operation, model, cold_class as "coldClass",
        numbers, latencies, parts, ${OLD_MEASURES} as old
      from rollups r where environment = ${query.environment} and width_ms = ${query.widthMs} and is_total = ${query.isTotal}
        and start_at >= ${new Date(query.fromMs)} and start_at < ${new Date(query.toMs)}`,
  );
  return rows.map((row) => {
    const { startMs, provider, source, operation, model, coldClass } = row;
    return { startMs, provider, source, operation, model, coldClass, measures: measuresOf(row) };
  });
}

/** What has ended in the span and is not in the roll-ups yet, the oldest first. */
export async function readPendingEvents(db: DatabaseOrTransaction, span: EventSpan) {
  const { rows } = await db.execute<EventRow>(
    sql`select ${EVENT_COLUMNS} from rollup_outbox where environment = ${span.environment}
      and bucket_at >= ${new Date(span.fromMs)} and bucket_at < ${new Date(span.toMs)} order by id`,
  );
  return rows.map(toMetricEvent);
}
