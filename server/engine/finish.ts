import type pg from "pg";
import { newId } from "@/server/domain/ids";
import { CONTROL } from "@/server/domain/vocabulary";
import { createBatcher } from "./batcher";
import { announceChange } from "./changes";
import { isRefusedByDatabase } from "./database-errors";
import { debugPoint, hasPlantedBug } from "./debug-points";
import { FENCE_FITS, type HeldRow, wereHeld } from "./fence";
import { toColumns } from "./record";
import type { AttemptOutcome, Ending } from "./types";
import { untilAnswered } from "./until-answered";

export interface FinishRecord {
  generationId: string;
  fence: number;
  /** Null when the generation ends without an attempt (cancelled or overdue in the queue). */
  outcome: AttemptOutcome | null;
  ending: Ending;
}

// One statement, so one transaction: the attempt's outcome, its cost lines, the stored images, the event, what the
// roll-ups will count, and the generation's end or its way back into the queue. Either all of it is true or none.
const RECORDS = `t as materialized (select clock_timestamp() as at),
  u as (select * from jsonb_to_recordset($1::jsonb) as x(generation_id uuid, fence int, kind text, state text, failure_mode text,
      cold_class text, image_count smallint, baseline_micros bigint, warnings jsonb, again_reason text, again_provider text, again_in_ms float8,
      attempt_id uuid, outcome jsonb, images jsonb, lines jsonb, event text, event_data jsonb))`;

/** All else is of what this returns: the records whose fence fits, with what they hold. */
const GENERATION = `done as (update generations g set
      state = case when u.kind = 'end' then u.state else 'queued' end,
      finished_at = case when u.kind = 'end' then t.at end,
      latency_ms = case when u.kind = 'end' then round(extract(epoch from t.at - g.created_at) * 1000)::int end,
      failure_mode = u.failure_mode, cold_class = u.cold_class, image_count = u.image_count, baseline_micros = u.baseline_micros,
      cost_micros = case when u.kind = 'end' then (
        select case when bool_or(x.cost is null) then null else coalesce(sum(x.cost), 0) end from (
          select a.cost_micros as cost from attempts a
            where a.generation_id = g.id and a.id is distinct from u.attempt_id and a.state not in ('not_sent', 'intent')
          union all select (u.outcome ->> 'cost_micros')::bigint where u.outcome is not null and u.outcome ->> 'state' <> 'not_sent') x) end,
      provider = coalesce(u.again_provider, g.provider),
      next_reason = case when g.next_reason = 'fallback' then 'fallback' else coalesce(u.again_reason, g.next_reason) end,
      next_at = case when u.kind = 'end' then g.next_at else t.at + make_interval(secs => u.again_in_ms / 1000) end,
      resend_requested_at = case when u.kind = 'end' then g.resend_requested_at end,
      lease_until = null, lease_owner = null, crash_count = 0
    from u, t where g.id = u.generation_id and ${FENCE_FITS}
    returning g.id, u.fence, g.environment, g.source, g.provider, g.operation, g.model, g.created_at, g.state, g.cold_class, g.failure_mode,
      g.finished_at, g.image_count, g.latency_ms, g.cost_micros, g.baseline_micros, t.at, u.kind, u.attempt_id, u.outcome, u.lines, u.images,
      u.warnings, u.event, u.event_data)`;

const ATTEMPT = `att as (update attempts a set state = o.state, failure_mode = o.failure_mode, failure_message = o.failure_message,
      failure_raw = o.failure_raw, http_status = o.http_status, delay_ms = coalesce(o.delay_ms, a.delay_ms), execution_ms = o.execution_ms,
      store_ms = o.store_ms, worker_id = coalesce(o.worker_id, a.worker_id), cold_class = o.cold_class, cold_rule = o.cold_rule,
      cold_because = o.cold_because, start_up_ms = o.start_up_ms, evidence = coalesce(o.evidence, a.evidence),
      billed_units = o.billed_units, cost_micros = o.cost_micros, finished_at = d.at
    from done d, jsonb_to_record(d.outcome) as o(attempt_id uuid, state text, failure_mode text, failure_message text, failure_raw text,
      http_status smallint, delay_ms int, execution_ms int, store_ms int, worker_id text, cold_class text, cold_rule smallint,
      cold_because text, start_up_ms int, evidence jsonb, billed_units numeric, cost_micros bigint)
    where d.outcome is not null and a.id = o.attempt_id
    returning a.id, a.generation_id, a.environment, a.provider, a.model, a.state, a.cold_class, a.failure_mode, a.finished_at, a.delay_ms,
      a.execution_ms, a.store_ms, a.start_up_ms, d.lines, d.environment as place, d.source, d.operation, d.created_at)`;

const OUTBOX = `ob as (insert into rollup_outbox (kind, environment, source, provider, operation, model, bucket_at, state, cold_class, failure_mode,
      ended_at, images, latency_ms, delay_ms, execution_ms, store_ms, start_up_ms, start_up_micros, cost_micros, baseline_micros)
    select 'generation', d.environment, d.source, d.provider, d.operation, coalesce(d.model, ''), d.created_at, d.state, d.cold_class, d.failure_mode,
      d.finished_at, d.image_count, d.latency_ms, null, null, null, null, null, d.cost_micros, d.baseline_micros
    from done d where d.finished_at is not null
    union all
    select 'attempt', a.place, a.source, a.provider, a.operation, coalesce(a.model, ''), a.created_at, a.state, a.cold_class, a.failure_mode,
      a.finished_at, 0, null, a.delay_ms, a.execution_ms, a.store_ms, a.start_up_ms,
      (select sum((l ->> 'cost_micros')::bigint) from jsonb_array_elements(a.lines) l where l ->> 'kind' = 'start_up'), null, null
    from att a)`;

const LEDGER = `li as (insert into cost_lines (generation_id, attempt_id, environment, provider, kind, cost_micros, units, unit, price_id, note, at)
    select a.generation_id, a.id, a.environment, a.provider, l.kind, l.cost_micros, l.units, l.unit, l.price_id, l.note, a.finished_at
    from att a cross join lateral jsonb_to_recordset(a.lines) as l(kind text, cost_micros bigint, units numeric, unit text, price_id uuid, note text))`;

const REST = `im as (insert into images (id, generation_id, attempt_id, role, position, sha256, mime_type, width, height, size_bytes, location, object_key,
      disk_id)
    select m.id, d.id, d.attempt_id, 'output', m.position, m.sha256, m.mime_type, m.width, m.height, m.size_bytes, m.location, m.object_key, m.disk_id
    from done d cross join lateral jsonb_to_recordset(d.images) as m(id uuid, position smallint, sha256 text, mime_type text, width int, height int,
      size_bytes int, location text, object_key text, disk_id text)),
  wa as (update generation_requests q set warnings = q.warnings || d.warnings
    from done d where q.generation_id = d.id and jsonb_array_length(d.warnings) > 0),
  ev as (insert into generation_events (generation_id, attempt_id, kind, terminal, data, at)
    select d.id, d.attempt_id, d.event, d.kind = 'end', d.event_data, d.at from done d)
  select id, fence from done`;

interface Statement {
  name: string;
  text: string;
}

const FINISH: Statement = {
  name: "finish",
  text: `with ${[RECORDS, GENERATION, ATTEMPT, OUTBOX, LEDGER, REST].join(",\n  ")}`,
};
/** What the outbox and the ledger add to a settling is measured against this. It is for nothing else. */
export const FINISH_UNCOUNTED: Statement = {
  name: "finish-uncounted",
  text: `with ${[RECORDS, GENERATION, ATTEMPT, REST].join(",\n  ")}`,
};

function toRow(record: FinishRecord): Record<string, unknown> {
  const { outcome, ending } = record;
  const ends = ending.kind === "end";
  const images = ends ? ending.images : [];
  return {
    generation_id: record.generationId,
    fence: record.fence,
    kind: ending.kind,
    state: ends ? ending.state : "queued",
    failure_mode: ends ? ending.failureMode : null,
    cold_class: ends ? ending.coldClass : null,
    image_count: images.length,
    baseline_micros: ends ? ending.baselineMicros : null,
    warnings: ends ? ending.warnings : [],
    again_reason: ends ? null : ending.reason,
    // It waits for the control from now on: the candidate's troubles must not hold up what has left it.
    again_provider: !ends && ending.reason === "fallback" ? CONTROL : null,
    again_in_ms: ends ? 0 : ending.inMs,
    attempt_id: outcome?.attemptId ?? null,
    outcome: outcome ? toColumns({ ...outcome, lines: undefined }) : null,
    lines: (outcome?.lines ?? []).map((line) => toColumns(line)),
    images: images.map((image, position) => ({
      id: newId(),
      position,
      sha256: image.sha256,
      mime_type: image.mimeType,
      width: image.width,
      height: image.height,
      size_bytes: image.sizeBytes,
      location: image.location,
      object_key: image.objectKey,
      disk_id: image.diskId,
    })),
    event: ends ? ending.state : "attempt_failed",
    event_data: ends
      ? {
          ...(ending.message ? { message: ending.message } : {}),
          ...(ending.failureMode ? { mode: ending.failureMode } : {}),
        }
      : {
          mode: outcome?.failureMode ?? null,
          message: outcome?.failureMessage ?? null,
          next: ending.reason,
          inMs: Math.round(ending.inMs),
        },
  };
}

/**
 * Ends an attempt and with it the generation, or sends the generation back for another attempt. False: the lease was
 * lost, nothing was written, and whoever holds it now decides.
 */
export function createFinisher(pool: pg.Pool, statement = FINISH): (record: FinishRecord) => Promise<boolean> {
  const noFence = hasPlantedBug("no_fence");
  const finish = createBatcher<FinishRecord, boolean>(
    async (records) => {
      const { rows } = await untilAnswered(pool, () =>
        pool.query<HeldRow>({ ...statement, values: [JSON.stringify(records.map(toRow)), noFence] }),
      );
      return wereHeld(records, rows);
    },
    { maxSize: 64, maxParallel: 3, isolate: isRefusedByDatabase },
  );
  return async (record) => {
    const ends = record.ending.kind === "end";
    await debugPoint("settle.before");
    await debugPoint(ends ? "settle.before_commit" : "retry.before_commit");
    const done = await finish(record);
    await debugPoint(ends ? "settle.committed" : "retry.committed");
    if (done) announceChange(record.generationId);
    return done;
  };
}
