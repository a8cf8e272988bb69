import type { Operation, ProviderId } from "@/server/domain/vocabulary";
import { ProviderError } from "@/server/errors";
import type { JobState, JobTiming } from "@/server/providers/types";
import type { EngineContext } from "./context";
import { costOfAttempt } from "./cost";
import { debugPoint } from "./debug-points";
import type { LedgerLine } from "./types";

interface Orphan {
  id: string;
  generationId: string;
  environment: string;
  provider: ProviderId;
  operation: Operation;
  count: number;
  jobId: string;
  model: string | null;
  reservedMicros: number | null;
  costMicros: number | null;
  /** Of the generation: nothing of it will change any more but this. */
  isEnded: boolean;
  missingCount: number;
  ageMs: number;
  createdAtMs: number;
}

const CALL_TIMEOUT_MS = 8_000;
const AGAIN_MIN_MS = 5_000;
const AGAIN_MAX_MS = 600_000;
/** RunPod keeps a result for half an hour; after an hour an unknown job will not turn up any more. */
const RETENTION_MS = 3_600_000;
const MISSING_LIMIT = 3;

/**
 * Attempts written off as ambiguous whose job turned up after all (a late answer or notification): nobody waits for
 * the job, so it is cancelled, and its true cost takes the place of the reservation. A job that cannot be priced yet
 * is asked for again later, less and less often. Run by one instance at a time; harmless when two run it.
 */
export async function settleOrphans(ctx: EngineContext): Promise<number> {
  const { rows } = await ctx.pool.query<Orphan>({
    name: "find-orphans",
    text: `select a.id, a.generation_id as "generationId", a.environment, a.provider, g.operation, coalesce((q.params ->> 'count')::int, 1) as count,
        a.job_id as "jobId", a.model, a.reserved_micros as "reservedMicros", a.cost_micros as "costMicros",
        g.finished_at is not null as "isEnded", a.missing_count as "missingCount",
        (extract(epoch from clock_timestamp() - a.created_at) * 1000)::float8 as "ageMs",
        (extract(epoch from a.created_at) * 1000)::float8 as "createdAtMs"
      from attempts a join generations g on g.id = a.generation_id join generation_requests q on q.generation_id = g.id
      where a.state = 'ambiguous' and a.job_id is not null and (a.look_at is null or a.look_at <= statement_timestamp())
        and a.environment = any($1)
      order by a.look_at nulls first limit 20`,
    values: [ctx.config.environments],
  });
  let settled = 0;
  for (const row of rows) {
    const orphan = { ...row, reservedMicros: toNumber(row.reservedMicros), costMicros: toNumber(row.costMicros) };
    if (await settleOrphan(ctx, orphan)) settled += 1;
  }
  return settled;
}

// `pg` gives bigint as text, since not every one fits a double; ours do (money.ts).
function toNumber(value: number | string | null): number | null {
  return value === null ? null : Number(value);
}

async function settleOrphan(ctx: EngineContext, orphan: Orphan): Promise<boolean> {
  const state = await stopOrphan(ctx, orphan);
  if (state?.phase === "missing" && orphan.isEnded && orphan.missingCount + 1 >= MISSING_LIMIT) {
    if ((ctx.lane(orphan.environment, orphan.provider)?.theirMs(orphan.ageMs) ?? 0) > RETENTION_MS) {
      // Its cost will never be told: the reservation stands for it.
      await writeSettled(ctx, orphan, { phase: "missing", costMicros: orphan.costMicros, timing: null, lines: [] });
      return true;
    }
  }
  // While the generation goes on its total is not fixed yet: the cost is written after it.
  const isOver = state !== null && state.phase !== "queued" && state.phase !== "running" && state.phase !== "missing";
  if (!isOver || !orphan.isEnded) {
    await lookAgain(ctx, orphan, state?.phase === "missing");
    return false;
  }
  const cost = costOfAttempt(
    ctx,
    {
      environment: orphan.environment,
      params: { operation: orphan.operation, count: orphan.count },
      createdAtMs: orphan.createdAtMs,
      ageMs: orphan.ageMs,
    },
    { provider: orphan.provider, model: orphan.model, quotedUnits: null, submittedAgeMs: orphan.ageMs },
    {
      outcome: state.phase,
      timing: state.timing,
      verdict: null,
      evidence: null,
      billedUnits: state.billedUnits,
      imageCount: orphan.count,
    },
  );
  if (cost.totalMicros === null) {
    await lookAgain(ctx, orphan, false);
    return false;
  }
  const reversal: LedgerLine = {
    kind: "reserved",
    costMicros: -(orphan.costMicros ?? 0),
    units: null,
    unit: null,
    priceId: null,
    note: "the reservation, given back",
  };
  await writeSettled(ctx, orphan, {
    phase: state.phase,
    costMicros: cost.totalMicros,
    timing: state.timing,
    lines: orphan.costMicros ? [reversal, ...cost.lines] : cost.lines,
  });
  return true;
}

/** What became of the job, stopped where it still waits or runs; null when the provider cannot be asked. */
async function stopOrphan(ctx: EngineContext, orphan: Orphan): Promise<JobState | null> {
  const lane = ctx.lane(orphan.environment, orphan.provider);
  if (!lane) return null;
  const options = () => ({ signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
  try {
    const state = await lane.adapter.check(orphan.jobId, options());
    if (state.phase !== "queued" && state.phase !== "running") return state;
    await debugPoint("orphan.before_cancel");
    await lane.adapter.cancel(orphan.jobId, options());
    return await lane.adapter.check(orphan.jobId, options());
  } catch (error) {
    if (!ProviderError.is(error)) throw error;
    return null;
  }
}

async function lookAgain(ctx: EngineContext, orphan: Orphan, missing: boolean): Promise<void> {
  const inMs = Math.min(AGAIN_MAX_MS, Math.max(AGAIN_MIN_MS, orphan.ageMs / 4));
  await ctx.pool.query({
    name: "orphan-later",
    text: `update attempts set look_at = clock_timestamp() + make_interval(secs => $2::float8 / 1000),
        missing_count = case when $3 then missing_count + 1 else 0 end where id = $1 and state = 'ambiguous'`,
    values: [orphan.id, inMs, missing],
  });
}

interface Settlement {
  phase: JobState["phase"];
  costMicros: number | null;
  timing: JobTiming | null;
  lines: LedgerLine[];
}

async function writeSettled(ctx: EngineContext, orphan: Orphan, settled: Settlement): Promise<void> {
  await ctx.pool.query({
    name: "settle-orphan",
    text: `with g as (select * from generations where id = $9 and finished_at is not null for update),
      a as (update attempts a set state = 'orphan', cost_micros = $3, execution_ms = $4, delay_ms = $5, worker_id = $6,
          finished_at = clock_timestamp() from g where a.id = $1 and a.generation_id = g.id and a.state = 'ambiguous'
          returning a.id, a.generation_id, a.environment, a.provider, a.model, a.cold_class, a.failure_mode, a.finished_at, a.start_up_ms),
      l as (insert into cost_lines (generation_id, attempt_id, environment, provider, kind, cost_micros, units, unit, price_id, note)
        select a.generation_id, a.id, a.environment, a.provider, l.kind, l."costMicros", l.units, l.unit, l."priceId", l.note
        from a cross join lateral jsonb_to_recordset($2::jsonb)
          as l(kind text, "costMicros" bigint, units numeric, unit text, "priceId" uuid, note text)),
      -- By difference where the total is known: another orphan of the generation may be settled at this moment.
      total as (update generations g set cost_micros = case when g.cost_micros is not null
          then g.cost_micros - coalesce($8::bigint, 0) + $3::bigint
          else (select case when bool_or(x.cost is null) then null else sum(x.cost) end from (
            select o.cost_micros as cost from attempts o
              where o.generation_id = $9 and o.id <> $1 and o.state not in ('not_sent', 'intent')
            union all select $3::bigint) x) end
        where g.id in (select generation_id from a) returning g.id, g.cost_micros),
      -- What the roll-ups counted is taken back and counted anew.
      ob as (insert into rollup_outbox (kind, sign, environment, source, provider, operation, model, bucket_at, state, cold_class, failure_mode,
          ended_at, images, start_up_ms, start_up_micros, cost_micros, baseline_micros)
        select 'cost', c.sign, g.environment, g.source, g.provider, g.operation, coalesce(g.model, ''), g.created_at, g.state, g.cold_class,
          g.failure_mode, g.finished_at, g.image_count, null, null, c.cost, g.baseline_micros
        from g join total on total.id = g.id cross join lateral (values (-1, g.cost_micros), (1, total.cost_micros)) as c(sign, cost)
        union all
        select 'attempt', c.sign, g.environment, g.source, a.provider, g.operation, coalesce(a.model, ''), g.created_at, c.state, a.cold_class,
          a.failure_mode, a.finished_at, 0, a.start_up_ms, c.start_up, null, null
        from g join a on a.generation_id = g.id
          cross join lateral (select (select coalesce(sum(l.cost_micros), 0)::bigint from cost_lines l
              where l.generation_id = g.id and l.attempt_id = a.id and l.kind = 'start_up') as known,
            (select coalesce(sum((l ->> 'costMicros')::bigint), 0)::bigint from jsonb_array_elements($2::jsonb) l
              where l ->> 'kind' = 'start_up') as added) as s
          cross join lateral (values (-1, 'ambiguous', s.known), (1, 'orphan', s.known + s.added)) as c(sign, state, start_up))
      insert into generation_events (generation_id, attempt_id, kind, data)
        select generation_id, id, 'late_result', jsonb_build_object('phase', $7::text, 'costMicros', $3::bigint, 'reservedMicros', $8::bigint)
        from a`,
    values: [
      orphan.id,
      JSON.stringify(settled.lines),
      settled.costMicros,
      settled.timing?.executionMs ?? null,
      settled.timing?.delayMs ?? null,
      settled.timing?.workerId ?? null,
      settled.phase,
      orphan.costMicros,
      orphan.generationId,
    ],
  });
  await debugPoint("orphan.settled");
}
