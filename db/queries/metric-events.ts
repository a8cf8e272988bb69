import { type SQL, sql } from "drizzle-orm";
import type { MetricEvent } from "@/server/domain/metrics/events";

/** The columns of `rollup_outbox` that an event is read from, for `toMetricEvent`. */
export const EVENT_COLUMNS_TEXT = `kind, sign, environment, source, provider, operation, model, (extract(epoch from bucket_at) * 1000)::float8 as bucket_ms,
  state, cold_class, failure_mode, (extract(epoch from ended_at) * 1000)::float8 as ended_ms, images, latency_ms, delay_ms, execution_ms, store_ms,
  start_up_ms, start_up_micros, cost_micros, baseline_micros`;
export const EVENT_COLUMNS = sql.raw(EVENT_COLUMNS_TEXT);

/** bigint columns arrive as text, and as numbers in JSON. */
export interface EventRow extends Record<string, unknown> {
  kind: MetricEvent["kind"];
  sign: 1 | -1;
  environment: string;
  source: MetricEvent["source"];
  provider: MetricEvent["provider"];
  operation: MetricEvent["operation"];
  model: string;
  bucket_ms: number;
  state: MetricEvent["state"];
  cold_class: MetricEvent["coldClass"];
  failure_mode: MetricEvent["failureMode"];
  ended_ms: number | null;
  images: number | null;
  latency_ms: number | null;
  delay_ms: number | null;
  execution_ms: number | null;
  store_ms: number | null;
  start_up_ms: number | null;
  start_up_micros: string | number | null;
  cost_micros: string | number | null;
  baseline_micros: string | number | null;
}

const micros = (value: string | number | null) => (value === null ? null : Number(value));

export function toMetricEvent(row: EventRow): MetricEvent {
  return {
    kind: row.kind,
    sign: row.sign,
    environment: row.environment,
    source: row.source,
    provider: row.provider,
    operation: row.operation,
    model: row.model,
    bucketAtMs: row.bucket_ms,
    state: row.state,
    coldClass: row.cold_class,
    failureMode: row.failure_mode,
    endedAtMs: row.ended_ms,
    images: row.images,
    latencyMs: row.latency_ms,
    delayMs: row.delay_ms,
    executionMs: row.execution_ms,
    storeMs: row.store_ms,
    startUpMs: row.start_up_ms,
    startUpMicros: micros(row.start_up_micros),
    costMicros: micros(row.cost_micros),
    baselineMicros: micros(row.baseline_micros),
  };
}

export interface EventSpan {
  environment: string;
  fromMs: number;
  toMs: number;
}

/**
 * The events that the rows themselves stand for, in the form of `rollup_outbox`: what every count must agree with. One
 * row an ended generation and one an ended attempt.
 */
export function eventsFromRows({ environment, fromMs, toMs }: EventSpan): SQL {
  const inSpan = sql`g.environment = ${environment} and g.created_at >= ${new Date(fromMs)} and g.created_at < ${new Date(toMs)}`;
  return sql`select 'generation' as kind, 1::smallint as sign, g.environment, g.source, g.provider, g.operation, coalesce(g.model, '') as model,
      g.created_at as bucket_at, g.state, g.cold_class, g.failure_mode, g.finished_at as ended_at, g.image_count as images, g.latency_ms,
      null::int as delay_ms, null::int as execution_ms, null::int as store_ms, null::int as start_up_ms, null::bigint as start_up_micros,
      g.cost_micros, g.baseline_micros
    from generations g where ${inSpan} and g.finished_at is not null
    union all
    select 'attempt', 1::smallint, g.environment, g.source, a.provider, g.operation, coalesce(a.model, ''), g.created_at, a.state, a.cold_class,
      a.failure_mode, a.finished_at, 0::smallint, null, a.delay_ms, a.execution_ms, a.store_ms, a.start_up_ms,
      case when a.cold_class = 'cold' then (select sum(l.cost_micros)::bigint from cost_lines l
        where l.generation_id = g.id and l.attempt_id = a.id and l.kind = 'start_up') end, null, null
    from attempts a join generations g on g.id = a.generation_id where ${inSpan} and a.finished_at is not null`;
}
