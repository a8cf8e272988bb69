import { type SQL, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { TIERS } from "@/server/domain/metrics/buckets";
import { type Measures, type MeasuresBuilder, SERIES, type Series } from "@/server/domain/metrics/measures";
import type { Population } from "@/server/domain/metrics/populations";
import {
  addStored,
  type OldMeasures,
  PARTS,
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

/** Adds what `measuresOf` gives. */
export function addMeasuresOf(row: StoredColumns, builder: MeasuresBuilder, wanted?: readonly Series[]): void {
  if (row.old === null) addStored(builder, row, wanted);
  else builder.merge(measuresOf(row, wanted));
}

export interface RollupRow extends RollupPlace {
  measures: Measures;
  /** As they are stored, of totals; null: they are not known. */
  quantiles: string | null;
}

/** Whole roll-ups of one width. */
export interface RollupSpan {
  widthMs: number;
  fromMs: number;
  toMs: number;
}

interface RollupsQuery {
  environment: string;
  ranges: readonly RollupSpan[];
  /** Totals of populations, or the finer rows. */
  isTotal: boolean;
  /** Of all distributions, these; default: all. */
  wanted?: readonly Series[];
}

/** What the ranges' roll-ups add up to: where they are not all made yet, finer ones stand for them. */
export async function readRollups(db: DatabaseOrTransaction, query: RollupsQuery): Promise<RollupRow[]> {
  return read(db, query, ({ widthMs }) =>
    TIERS.some((tier) => tier.widthMs === widthMs && tier.sumOfMs !== null)
      ? sql`coalesce((select stand_in_ms from rollup_stand_ins where environment = ${query.environment} and width_ms = ${widthMs}), ${widthMs}::int)`
      : sql`${widthMs}`,
  );
}

/** The rows of these very widths, whether or not they are all made. */
export async function readRollupRows(db: DatabaseOrTransaction, query: RollupsQuery): Promise<RollupRow[]> {
  return read(db, query, ({ widthMs }) => sql`${widthMs}`);
}

async function read(
  db: DatabaseOrTransaction,
  query: RollupsQuery,
  widthOf: (range: RollupSpan) => SQL,
): Promise<RollupRow[]> {
  const { wanted = SERIES } = query;
  const latencies = wanted.some((name) => !PARTS.includes(name)) ? sql`latencies` : sql`null as latencies`;
  const parts = wanted.some((name) => PARTS.includes(name)) ? sql`parts` : sql`null as parts`;
  // A scan of the index for each range; together with `or` they would be one of the whole table.
  const ranges = query.ranges.map(
    (range) => sql`select (extract(epoch from start_at) * 1000)::float8 as "startMs", provider, source,
        operation, model, cold_class as "coldClass", numbers, ${latencies}, ${parts}, quantiles, ${OLD_MEASURES} as old
      from rollups r where environment = ${query.environment} and width_ms = ${widthOf(range)} and is_total = ${query.isTotal}
        and start_at >= ${new Date(range.fromMs)} and start_at < ${new Date(range.toMs)}`,
  );
  const { rows } = await db.execute<Record<string, unknown> & Omit<RollupRow, "measures"> & StoredColumns>(
    sql.join(ranges, sql` union all `),
  );
  return rows.map((row) => {
    const { startMs, provider, source, operation, model, coldClass, quantiles } = row;
    return { startMs, provider, source, operation, model, coldClass, quantiles, measures: measuresOf(row, wanted) };
  });
}

/** Widths of the environment for which finer roll-ups are read. */
export async function readStandIns(db: DatabaseOrTransaction, environment: string): Promise<number[]> {
  const { rows } = await db.execute<{ width: number }>(
    sql`select width_ms as width from rollup_stand_ins where environment = ${environment}`,
  );
  return rows.map(({ width }) => width);
}

const NEWEST = 100;

/** Start of the newest roll-up of a width in which attempts of the provider ended; null where none did. */
export async function newestWithAttempts(
  db: DatabaseOrTransaction,
  query: { environment: string; widthMs: number; provider: ProviderId },
): Promise<number | null> {
  const { environment, widthMs, provider } = query;
  for (let before = sql``; ; ) {
    const { rows } = await db.execute<Record<string, unknown> & { startMs: number } & StoredColumns>(
      sql`select (extract(epoch from start_at) * 1000)::float8 as "startMs", numbers, null as latencies, null as parts, ${OLD_MEASURES} as old
        from rollups r where environment = ${environment} and width_ms = ${widthMs} and is_total and provider = ${provider} ${before}
        order by start_at desc limit ${NEWEST}`,
    );
    const found = rows.find((row) => measuresOf(row, []).counters.attempts > 0);
    if (found) return found.startMs;
    const oldest = rows.at(-1);
    if (oldest === undefined || rows.length < NEWEST) return null;
    before = sql`and start_at < ${new Date(oldest.startMs)}`;
  }
}

/** What has ended in the span and is not in the roll-ups yet, the oldest first. */
export async function readPendingEvents(db: DatabaseOrTransaction, span: EventSpan) {
  const { rows } = await db.execute<EventRow>(
    sql`select ${EVENT_COLUMNS} from rollup_outbox where environment = ${span.environment}
      and bucket_at >= ${new Date(span.fromMs)} and bucket_at < ${new Date(span.toMs)} order by id`,
  );
  return rows.map(toMetricEvent);
}
