import type pg from "pg";
import type { GenerationState, ProviderId } from "@/server/domain/vocabulary";
import type { ClaimedGeneration, OpenAttempt } from "./types";

/** A lease outlives two missed renewals; takeover after a death takes this long at most, plus one tick. */
export const LEASE_MS = 8_000;
export const RENEW_EVERY_MS = 2_500;

const CLAIMED_COLUMNS = `g.id, g.fence, g.environment, g.source, g.state, g.provider, g.forced_provider as "forcedProvider", g.revision,
  g.fallback_allowed as "fallbackAllowed", g.next_reason as "nextReason", g.attempt_count as "attemptCount",
  g.crash_count as "crashCount", g.poll_count as "pollCount", g.cancel_requested_at is not null as "cancelRequested",
  g.resend_requested_at is not null as "resendRequested",
  (extract(epoch from g.deadline_at - clock_timestamp()) * 1000)::float8 as "remainingMs",
  (extract(epoch from clock_timestamp() - g.created_at) * 1000)::float8 as "ageMs",
  (extract(epoch from g.created_at) * 1000)::float8 as "createdAtMs",
  q.params, q.sticky_key as "stickyKey", q.input_sha256 as "inputSha256", i.object_key as "inputKey", i.location as "inputLocation", i.disk_id as "inputDiskId",
  i.mime_type as "inputMimeType", jsonb_build_object('width', coalesce(i.width, 0), 'height', coalesce(i.height, 0)) as "inputSize"`;

// `fence` rises with every claim and every later write names the one it holds: a holder that was away too long
// changes nothing. Only database time decides what is due and which lease has run out.
const CRASHES = "g.crash_count + (case when g.lease_until is null then 0 else 1 end)";
/** The part of an update of `generations g` that makes $1 its holder. */
export const LEASED = `fence = g.fence + 1, lease_owner = $1,
    lease_until = clock_timestamp() + make_interval(secs => ${LEASE_MS / 1000}), crash_count = ${CRASHES}`;
const TAKE = `update generations g set ${LEASED}`;
// `statement_timestamp` where an index is to be searched by it: `clock_timestamp` is volatile, so the planner may only
// filter by it, and every tick would read each row that waits.
const UNLEASED = "(lease_until is null or lease_until < clock_timestamp())";
const FREE = `finished_at is null and next_at <= statement_timestamp() and ${UNLEASED}`;
const WITH_REQUEST = `join generation_requests q on q.generation_id = due.id
    left join images i on i.generation_id = due.id and i.role = 'input' and i.position = 0`;

type ClaimedRow = Omit<ClaimedGeneration, "claimedAtMs">;

/** Queued generations of one environment that the newest decision about them sends to one provider. */
export interface QueueLane {
  environment: string;
  provider: ProviderId;
  /** Decided by an older revision than the one in force, so that provider may have nothing to do with them any more. */
  stale: boolean;
}

/**
 * What is queued in one lane, oldest due first. To be called inside the intent transaction: the rows are only locked
 * here, and have the fence and the crash count that `takeLeases` or the intents will write.
 */
export async function claimQueued(
  client: pg.PoolClient,
  lane: QueueLane & { revision: number },
  limit: number,
): Promise<ClaimedGeneration[]> {
  const claimedAtMs = performance.now();
  const { rows } = await client.query<ClaimedRow>({
    name: lane.stale ? "claim-stale" : "claim-queued",
    text: `select ${CLAIMED_COLUMNS.replace("g.fence,", "g.fence + 1 as fence,").replace("g.crash_count as", `${CRASHES} as`)}
      from (select id from generations where ${FREE} and state = 'queued' and environment = $1 and provider = $2
          and revision ${lane.stale ? "<" : "="} $3
        order by next_at for update skip locked limit $4) due join generations g on g.id = due.id ${WITH_REQUEST}`,
    values: [lane.environment, lane.provider, lane.revision, limit],
  });
  return rows.map((row) => ({ ...row, claimedAtMs }));
}

/** Takes the leases of rows that this transaction has locked. */
export async function takeLeases(client: pg.PoolClient, owner: string, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await client.query({
    name: "take-leases",
    text: `update generations g set ${LEASED} where g.id = any($2)`,
    values: [owner, ids],
  });
}

/**
 * Generations in the given states that are due, whoever worked on them last, each with the attempt it is on. Those of
 * an environment that this process does not know are left to one that does, until their deadline.
 */
export async function claimDue(
  pool: pg.Pool,
  owner: string,
  what: { states: GenerationState[]; environments: string[] },
  limit: number,
): Promise<{ generation: ClaimedGeneration; attempt: OpenAttempt | null }[]> {
  const claimedAtMs = performance.now();
  const { rows } = await pool.query<ClaimedRow & { attempt: OpenAttempt | null }>({
    name: "claim-due",
    text: `with taken as (${TAKE} from (select id from generations where ${FREE} and state = any($2)
            and (environment = any($3) or deadline_at <= clock_timestamp())
          order by next_at for update skip locked limit $4) due ${WITH_REQUEST}
        where g.id = due.id returning ${CLAIMED_COLUMNS})
      select taken.*, (select jsonb_build_object('id', a.id, 'number', a.number, 'environment', a.environment, 'provider', a.provider,
          'state', a.state, 'jobId', a.job_id, 'model', a.model, 'reservedMicros', a.reserved_micros, 'quotedUnits', a.quoted_units,
          'missingCount', a.missing_count, 'evidence', a.evidence, 'started', a.started_at is not null,
          'remainingMs', extract(epoch from a.deadline_at - clock_timestamp()) * 1000,
          'ageMs', extract(epoch from clock_timestamp() - a.created_at) * 1000,
          'submittedAgeMs', extract(epoch from clock_timestamp() - a.submitted_at) * 1000)
        from attempts a where a.generation_id = taken.id order by a.number desc limit 1) as attempt
      from taken`,
    values: [owner, what.states, what.environments, limit],
  });
  return rows.map(({ attempt, ...generation }) => ({ generation: { ...generation, claimedAtMs }, attempt }));
}

/** Queued generations that nobody may start any more: past their deadline, or cancelled before they were sent. */
export async function claimOverdue(pool: pg.Pool, owner: string, limit: number): Promise<ClaimedGeneration[]> {
  const claimedAtMs = performance.now();
  const { rows } = await pool.query<ClaimedRow>({
    name: "claim-overdue",
    text: `${TAKE} from (select id from generations where finished_at is null and state = 'queued'
          and (deadline_at <= clock_timestamp() or cancel_requested_at is not null)
          and ${UNLEASED}
        order by next_at for update skip locked limit $2) due ${WITH_REQUEST}
      where g.id = due.id returning ${CLAIMED_COLUMNS}`,
    values: [owner, limit],
  });
  return rows.map((row) => ({ ...row, claimedAtMs }));
}

export interface RenewedLease {
  id: string;
  renewed: boolean;
  cancelRequested: boolean;
}

/**
 * Extends the leases that are still held under the given fences and says which were extended; one that is missing is
 * lost. A row that some statement is just writing is let be (false): waiting for it here could end in a deadlock.
 */
export async function renewLeases(pool: pg.Pool, held: { id: string; fence: number }[]): Promise<RenewedLease[]> {
  const { rows } = await pool.query<RenewedLease>({
    name: "renew-leases",
    text: `with held as (select * from unnest($1::uuid[], $2::int[]) as x(id, fence)),
      mine as (select g.id, g.fence, g.cancel_requested_at is not null as "cancelRequested" from generations g join held on held.id = g.id and held.fence = g.fence
        where g.finished_at is null and g.lease_until is not null),
      free as (select g.id from generations g join mine on mine.id = g.id and mine.fence = g.fence for update of g skip locked),
      renewed as (update generations g set lease_until = clock_timestamp() + make_interval(secs => ${LEASE_MS / 1000})
        from free where g.id = free.id returning g.id)
      select id, "cancelRequested", id in (select id from renewed) as renewed from mine`,
    values: [held.map((entry) => entry.id), held.map((entry) => entry.fence)],
  });
  return rows;
}

/**
 * Gives leases back at once, so that another instance need not wait for them to run out. `crashed` counts towards
 * setting a generation aside, as if its holder had died.
 */
export async function releaseLeases(
  pool: pg.Pool,
  held: { id: string; fence: number }[],
  inMs = 0,
  crashed = false,
): Promise<void> {
  await pool.query({
    name: "release-leases",
    text: `update generations g set lease_until = null, lease_owner = null, crash_count = g.crash_count + $4::int,
        next_at = clock_timestamp() + make_interval(secs => $3::float8 / 1000)
      from unnest($1::uuid[], $2::int[]) as held(id, fence)
      where g.id = held.id and g.fence = held.fence and g.finished_at is null and g.lease_until is not null`,
    values: [held.map((entry) => entry.id), held.map((entry) => entry.fence), inMs, crashed ? 1 : 0],
  });
}
