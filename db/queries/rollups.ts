import { sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import type { Population } from "@/server/domain/metrics/populations";
import type { StoredMeasures } from "@/server/domain/metrics/stored-measures";
import type { ProviderId, Source } from "@/server/domain/vocabulary";
import { EVENT_COLUMNS, type EventRow, type EventSpan, toMetricEvent } from "./metric-events";

export interface RollupRow extends StoredMeasures {
  startMs: number;
  provider: ProviderId;
  /** Of a total: its population. */
  source: Source | Population;
  operation: string;
  model: string;
  coldClass: string;
}

/** Whole roll-ups of one width. */
export interface RollupRange {
  widthMs: number;
  fromMs: number;
  toMs: number;
}

export interface RollupQuery {
  environment: string;
  ranges: readonly RollupRange[];
  /** Totals of populations, or the finer rows. */
  isTotal: boolean;
  /** Absent: both. */
  provider?: ProviderId;
  /** Without distributions and failures, which are most of a row. */
  onlyCounters?: boolean;
}

export async function readRollups(db: DatabaseOrTransaction, query: RollupQuery): Promise<RollupRow[]> {
  const heavy = query.onlyCounters
    ? sql`'{}'::jsonb as failures, '{}'::jsonb as "attemptFailures", ''::bytea as sketches`
    : sql`failures, attempt_failures as "attemptFailures", sketches`;
  // A scan of the index for each range; together with `or` they would be one of the whole table.
  const ranges = query.ranges.map(
    ({
      widthMs,
      fromMs,
      toMs,
    }) => sql`select (extract(epoch from start_at) * 1000)::float8 as "startMs", provider, source, operation, model,
        cold_class as "coldClass", counters, ${heavy}
      from rollups where environment = ${query.environment} and width_ms = ${widthMs} and is_total = ${query.isTotal}
        and start_at >= ${new Date(fromMs)} and start_at < ${new Date(toMs)} ${query.provider ? sql`and provider = ${query.provider}` : sql``}`,
  );
  const { rows } = await db.execute<Record<string, unknown> & RollupRow>(sql.join(ranges, sql` union all `));
  return rows;
}

/** What has ended in the span and is not in the roll-ups yet, the oldest first; at most `limit`, and how many there are. */
export async function readPendingEvents(db: DatabaseOrTransaction, span: EventSpan, limit: number) {
  const where = sql`environment = ${span.environment} and bucket_at >= ${new Date(span.fromMs)} and bucket_at < ${new Date(span.toMs)}`;
  const { rows } = await db.execute<EventRow>(
    sql`select ${EVENT_COLUMNS} from rollup_outbox where ${where} order by id limit ${limit + 1}`,
  );
  if (rows.length <= limit) return { events: rows.map(toMetricEvent), pending: rows.length };
  const counted = await db.execute<{ n: number }>(sql`select count(*)::int as n from rollup_outbox where ${where}`);
  return { events: rows.slice(0, limit).map(toMetricEvent), pending: counted.rows[0]?.n ?? rows.length };
}

/** Generations accepted in the span that have not ended: in no roll-up. */
export async function countOpen(
  db: DatabaseOrTransaction,
  span: EventSpan,
  sources: readonly Source[],
): Promise<Record<ProviderId, number>> {
  const { rows } = await db.execute<{ provider: ProviderId; n: number }>(
    sql`select provider, count(*)::int as n from generations where finished_at is null and environment = ${span.environment}
      and source = any(${sql.param([...sources])}) and created_at >= ${new Date(span.fromMs)} and created_at < ${new Date(span.toMs)} group by provider`,
  );
  const open = { scenario: 0, comfyui: 0 };
  for (const { provider, n } of rows) open[provider] = n;
  return open;
}
