import type { ColdStartEvidence } from "@/server/domain/cold-start";
import { NO_SIGNS, type WaitSigns, withReading, workerLastSeenMsAgo } from "@/server/domain/cold-start-signs";
import type { JobTiming } from "@/server/providers/types";
import type { EngineContext } from "./context";
import type { Lane } from "./lane";
import type { OpenAttempt } from "./types";

/** What can be known just before a submit; the rest is added while the job waits and when it ends. */
export function evidenceAtSubmit(ctx: EngineContext, lane: Lane, aheadOfUs: number): Partial<ColdStartEvidence> {
  const workers = lane.workers();
  return {
    provider: lane.provider,
    idleTimeoutMs: lane.provider === "comfyui" ? ctx.config.idleTimeoutMs : null,
    workersBefore: workers?.counts ?? null,
    workersBeforeAgeMs: workers?.ageMs ?? null,
    aheadOfUs,
  };
}

/**
 * What a look at the waiting job adds to its signs, by the reading of the counters that the lane holds. Empty where
 * it adds nothing worth a write: most looks at most jobs.
 */
export function evidenceWhileQueued(lane: Lane, attempt: OpenAttempt): Partial<ColdStartEvidence> {
  const workers = lane.workers();
  if (!workers) return {};
  const seen: WaitSigns = { ...NO_SIGNS, ...attempt.evidence };
  const signs = withReading(seen, workers.counts, lane.theirMs(attempt.submittedAgeMs ?? 0) - workers.ageMs);
  const { throttledSeen, throttledMs, lastReadingMs } = signs;
  return {
    ...(signs.initializingSeen && !seen.initializingSeen ? { initializingSeen: true } : {}),
    ...(throttledMs ? { throttledSeen, throttledMs, lastReadingMs } : {}),
  };
}

/**
 * The whole record when an attempt has ended. Asks the database when a job of ours last ended on the same worker
 * before this one began; both moments are reckoned from the provider's own times, not from when we looked.
 */
export async function completeEvidence(
  ctx: EngineContext,
  attempt: OpenAttempt,
  timing: JobTiming,
): Promise<ColdStartEvidence> {
  const seen = attempt.evidence ?? {};
  return {
    provider: attempt.provider,
    delayMs: timing.delayMs,
    workerId: timing.workerId,
    workerLastSeenMsAgo: await lastSeenMsAgo(ctx, attempt, timing),
    idleTimeoutMs: seen.idleTimeoutMs ?? null,
    workersBefore: seen.workersBefore ?? null,
    workersBeforeAgeMs: seen.workersBeforeAgeMs ?? null,
    initializingSeen: seen.initializingSeen ?? (seen.workersBefore ? false : null),
    throttledSeen: seen.throttledSeen ?? (seen.workersBefore ? false : null),
    throttledMs: seen.throttledMs ?? null,
    lastReadingMs: seen.lastReadingMs ?? null,
    aheadOfUs: seen.aheadOfUs ?? null,
    retries: timing.retries,
    warmingUpMs: timing.warmingUpMs,
  };
}

async function lastSeenMsAgo(ctx: EngineContext, attempt: OpenAttempt, timing: JobTiming): Promise<number | null> {
  const { workerId, delayMs } = timing;
  const lane = ctx.lane(attempt.environment, attempt.provider);
  if (workerId === null || delayMs === null || lane === null) return null;
  const { rows } = await ctx.pool.query<{ sinceUsMs: number; delayMs: number; executionMs: number | null }>({
    name: "runs-on-worker",
    text: `select (extract(epoch from a.submitted_at - me.submitted_at) * 1000)::float8 as "sinceUsMs", a.delay_ms as "delayMs",
        case when a.finished_at is not null then a.execution_ms end as "executionMs"
      from attempts me, attempts a
      where me.id = $2 and a.worker_id = $1 and a.id <> $2 and a.submitted_at is not null and a.delay_ms is not null
      order by a.finished_at desc limit 30`,
    values: [workerId, attempt.id],
  });
  // Submissions are dated by our clock and runs by the provider's.
  const others = rows.map((row) => ({ ...row, submittedAtMs: lane.theirMs(row.sinceUsMs) }));
  const ms = workerLastSeenMsAgo({ submittedAtMs: 0, delayMs }, others);
  return ms === null ? null : Math.round(ms);
}
