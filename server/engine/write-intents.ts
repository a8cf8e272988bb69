import type pg from "pg";
import type { DecisionReceipt } from "@/server/domain/decision";
import { LEASED } from "./claim";
import { debugPoint, hasPlantedBug } from "./debug-points";
import type { Intent } from "./types";

const WRITE_INTENTS = `with i as (
    select * from jsonb_to_recordset($2::jsonb) as x(id uuid, generation_id uuid, number smallint, environment text, provider text,
      reason text, revision int, receipt jsonb, reserved_micros bigint, attempt_ms float8)),
  a as (insert into attempts (id, generation_id, number, environment, provider, reason, revision, receipt, reserved_micros, state, deadline_at)
    select id, generation_id, number, environment, provider, reason, revision, receipt, reserved_micros, 'intent',
      clock_timestamp() + make_interval(secs => attempt_ms / 1000) from i where $3),
  e as (insert into generation_events (generation_id, attempt_id, kind, data)
    select generation_id, id, 'intent', jsonb_build_object('provider', provider, 'reason', reason, 'revision', revision,
      'reservedMicros', reserved_micros) from i),
  q as (update generation_requests q set receipt = i.receipt from i
    where q.generation_id = i.generation_id and q.receipt <> i.receipt)
  update generations g set state = 'submitting', attempt_count = i.number, provider = i.provider, revision = i.revision, ${LEASED}
    from i where g.id = i.generation_id`;

function toRows(intents: Intent[]) {
  return intents.map((intent) => ({
    id: intent.attemptId,
    generation_id: intent.generation.id,
    number: intent.number,
    environment: intent.generation.environment,
    provider: intent.provider,
    reason: intent.reason,
    revision: intent.receipt.revision,
    receipt: intent.receipt,
    reserved_micros: intent.reservedMicros,
    attempt_ms: intent.attemptMs,
  }));
}

/**
 * Writes the attempts before any provider is called, inside the transaction that holds the routing lock and the claim.
 * The trigger on `attempts` refuses an intent whose revision is not in force.
 */
export async function writeIntents(client: pg.PoolClient, owner: string, intents: Intent[]): Promise<void> {
  if (intents.length === 0) return;
  const written = !hasPlantedBug("intent_after_send");
  await client.query({
    name: "write-intents",
    text: WRITE_INTENTS,
    values: [owner, JSON.stringify(toRows(intents)), written],
  });
  await debugPoint("intent.before_commit");
}

export interface MovedGeneration {
  id: string;
  receipt: DecisionReceipt;
}

/** Puts claimed generations back into the queue under their newest decision, to wait for its provider. */
export async function writeMoved(client: pg.PoolClient, moved: MovedGeneration[]): Promise<void> {
  if (moved.length === 0) return;
  await client.query({
    name: "write-moved",
    text: `with m as (select * from jsonb_to_recordset($1::jsonb) as x(id uuid, receipt jsonb)),
      q as (update generation_requests q set receipt = m.receipt from m where q.generation_id = m.id)
      update generations g set provider = m.receipt ->> 'provider', revision = (m.receipt ->> 'revision')::int,
        lease_until = null, lease_owner = null, fence = g.fence + 1 from m where g.id = m.id`,
    values: [JSON.stringify(moved)],
  });
}

/** Only for the planted bug that the chaos checker must find: the rows that `writeIntents` left out, after the call. */
export async function writeLateIntent(pool: pg.Pool, intent: Intent): Promise<void> {
  if (!hasPlantedBug("intent_after_send")) return;
  await pool.query({
    text: `insert into attempts (id, generation_id, number, environment, provider, reason, revision, receipt, reserved_micros, state, deadline_at)
      select id, generation_id, number, environment, provider, reason, revision, receipt, reserved_micros, 'intent',
        clock_timestamp() + make_interval(secs => attempt_ms / 1000)
      from jsonb_to_recordset($1::jsonb) as x(id uuid, generation_id uuid, number smallint, environment text, provider text,
        reason text, revision int, receipt jsonb, reserved_micros bigint, attempt_ms float8)`,
    values: [JSON.stringify(toRows([intent]))],
  });
}
