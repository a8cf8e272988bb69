import { type SQL, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import type { HistoryRecord } from "./history-record";

export interface HistoryOrigin {
  environment: string;
  scope: string;
  source: "report" | "import";
  caller: string;
  /** Why a cost stands in the ledger. */
  costNote: string;
}

/**
 * Writes generations that have ended elsewhere, one statement for all: each with its request, its attempt, its cost and
 * what the roll-ups will count. One whose id or key is stored already is left out. Returns the ids that were written.
 */
export async function storeHistory(
  db: DatabaseOrTransaction,
  origin: HistoryOrigin,
  records: readonly HistoryRecord[],
): Promise<Set<string>> {
  if (records.length === 0) return new Set();
  const { rows } = await db.execute<{ id: string }>(statement(origin, records));
  return new Set(rows.map(({ id }) => id));
}

const COLUMNS =
  sql.raw(`id uuid, attempt_id uuid, idempotency_key text, body_hash text, operation text, state text, provider text, model text,
  revision int, cold_class text, failure_mode text, failure_message text, image_count smallint, latency_ms int, delay_ms int, execution_ms int,
  cost_micros bigint, baseline_micros bigint, created_ms float8, finished_ms float8, params jsonb, prompt text, sticky_key text`);

const RECEIPT = sql`jsonb_build_object('version', 1, 'rule', 'reported', 'revision', i.revision, 'candidateShareBp', 0, 'salt', '',
  'stickyKey', i.sticky_key, 'bucket', null, 'forced', null, 'passedOver', '[]'::jsonb, 'provider', i.provider)`;

// Censored rows were cut off before their end: no attempt of theirs is known to have come to anything.
function statement(
  { environment, scope, source, caller, costNote }: HistoryOrigin,
  records: readonly HistoryRecord[],
): SQL {
  return sql`with i as (select *, to_timestamp(created_ms / 1000) as created_at, to_timestamp(finished_ms / 1000) as finished_at
      from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as x(${COLUMNS})),
    g as (insert into generations (id, environment, scope, idempotency_key, body_hash, source, operation, state, provider, revision,
        fallback_allowed, model, cold_class, failure_mode, attempt_count, image_count, latency_ms, cost_micros, baseline_micros, created_at,
        deadline_at, finished_at, next_at)
      select id, ${environment}, ${scope}, idempotency_key, body_hash, ${source}, operation, state, provider, revision, false, model, cold_class,
        failure_mode, case when state = 'censored' then 0 else 1 end, image_count, latency_ms, cost_micros, baseline_micros, created_at,
        finished_at, finished_at, finished_at
      from i on conflict do nothing returning id),
    n as materialized (select i.*, ${RECEIPT} as receipt from i join g on g.id = i.id),
    q as (insert into generation_requests (generation_id, params, prompt, sticky_key, receipt, caller)
      select id, params, prompt, sticky_key, receipt, ${caller} from n),
    a as (insert into attempts (id, generation_id, number, environment, provider, reason, revision, receipt, state, model, cost_micros, delay_ms,
        execution_ms, cold_class, failure_mode, failure_message, created_at, deadline_at, submitted_at, finished_at)
      select attempt_id, id, 1, ${environment}, provider, 'primary', revision, receipt, state, model, cost_micros, delay_ms, execution_ms,
        cold_class, failure_mode, failure_message, created_at, finished_at, created_at, finished_at
      from n where state <> 'censored'),
    c as (insert into cost_lines (generation_id, attempt_id, environment, provider, kind, cost_micros, note, at)
      select id, attempt_id, ${environment}, provider, case when state in ('failed', 'cancelled') then state else 'generation' end, cost_micros,
        ${costNote}, finished_at
      from n where cost_micros is not null and state <> 'censored'),
    o as (insert into rollup_outbox (kind, environment, source, provider, operation, model, bucket_at, state, cold_class, failure_mode, ended_at,
        images, latency_ms, delay_ms, execution_ms, cost_micros, baseline_micros)
      select 'generation', ${environment}, ${source}, provider, operation, coalesce(model, ''), created_at, state, cold_class, failure_mode,
        finished_at, image_count, latency_ms, null, null, cost_micros, baseline_micros from n
      union all
      select 'attempt', ${environment}, ${source}, provider, operation, coalesce(model, ''), created_at, state, cold_class, failure_mode,
        finished_at, 0, null, delay_ms, execution_ms, null, null from n where state <> 'censored')
    select id from g`;
}
