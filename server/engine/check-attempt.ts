import type { ColdStartEvidence } from "@/server/domain/cold-start";
import { CONTROL, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { ProviderError } from "@/server/errors";
import type { JobState, JobTiming } from "@/server/providers/types";
import { collectResults } from "./collect-results";
import type { EngineContext } from "./context";
import { debugPoint } from "./debug-points";
import { type AttemptFailure, endWithFailure, NO_TIMING } from "./end-attempt";
import { evidenceWhileQueued } from "./evidence";
import type { Lane } from "./lane";
import type { ClaimedGeneration, OpenAttempt } from "./types";

const CHECK_TIMEOUT_MS = 8_000;
/** A job unknown to the provider is given up after this many answers in a row, and not while it is this young. */
const MISSING_LIMIT = 3;
const MISSING_GRACE_MS = 30_000;
const ENDED = new Set<JobState["phase"]>(["succeeded", "failed", "cancelled"]);
/** A wait shorter than this is not worth a word about a starting worker. */
const STARTING_AFTER_MS = 1_500;

export type JobAttempt = OpenAttempt & { jobId: string };

/** Looks at a submitted job once and does what its state asks for. The lease is held while this runs. */
export async function checkAttempt(
  ctx: EngineContext,
  lane: Lane,
  generation: ClaimedGeneration,
  attempt: JobAttempt,
  leaseSignal: AbortSignal,
): Promise<void> {
  if (generation.cancelRequested) {
    await stopJob(ctx, lane, generation, attempt, { mode: "cancelled", message: "cancelled by the caller" });
    return;
  }
  if (generation.resendRequested && attempt.provider !== CONTROL) {
    await stopJob(ctx, lane, generation, attempt, {
      mode: "cancelled",
      message: "stopped by a rollback, to be sent again",
    });
    return;
  }
  if (attempt.remainingMs <= 0) {
    await stopJob(ctx, lane, generation, attempt, overdue(lane, attempt), leaseSignal);
    return;
  }
  await debugPoint("poll.before_call");
  if (!attempt.started) void lane.readWorkers(0);
  let state: JobState;
  try {
    state = await lane.adapter.check(attempt.jobId, {
      signal: AbortSignal.any([leaseSignal, AbortSignal.timeout(CHECK_TIMEOUT_MS)]),
    });
  } catch (error) {
    if (!ProviderError.is(error) || leaseSignal.aborted) throw error;
    // No answer about the job is no news of it: it is asked again until its deadline.
    const inMs = Math.max(error.retryAfterMs ?? 0, lane.nextPollMs(attempt.ageMs, Math.random()) * 2, 1_000);
    await recordWait(ctx, generation, attempt, { nextInMs: Math.min(inMs, Math.max(500, attempt.remainingMs)) });
    return;
  }
  await debugPoint("poll.answered");
  await act(ctx, lane, generation, attempt, state, leaseSignal);
}

async function act(
  ctx: EngineContext,
  lane: Lane,
  generation: ClaimedGeneration,
  attempt: JobAttempt,
  state: JobState,
  signal: AbortSignal,
): Promise<void> {
  const nextInMs = Math.min(
    lane.nextPollMs(attempt.submittedAgeMs ?? attempt.ageMs, Math.random()),
    Math.max(100, attempt.remainingMs),
  );
  switch (state.phase) {
    case "succeeded":
      return collectResults(ctx, lane, generation, attempt, state, signal);
    case "failed": {
      const { error, timing, billedUnits } = state;
      const { mode, message, raw, httpStatus, retryable, retryAfterMs } = error;
      await endWithFailure(ctx, generation, attempt, {
        mode,
        message,
        raw,
        httpStatus,
        retryable,
        retryAfterMs,
        state: "failed",
        timing,
        billedUnits,
      });
      return;
    }
    case "cancelled":
      await endWithFailure(ctx, generation, attempt, {
        ...cancelledFailure(`cancelled at ${PROVIDER_NAMES[lane.provider]}`),
        timing: state.timing,
        billedUnits: state.billedUnits,
      });
      return;
    case "missing":
      if (attempt.missingCount + 1 >= MISSING_LIMIT && lane.theirMs(attempt.submittedAgeMs ?? 0) > MISSING_GRACE_MS) {
        await endWithFailure(ctx, generation, attempt, {
          ...cancelledFailure(
            `${PROVIDER_NAMES[lane.provider]} does not know the job any more: its result expired, or the job was lost`,
          ),
          mode: "provider_unavailable",
          retryable: true,
          state: "ambiguous",
        });
        return;
      }
      await recordWait(ctx, generation, attempt, { nextInMs: Math.max(nextInMs, 1_000), missing: true });
      return;
    case "running": {
      const starts = !attempt.started;
      await recordWait(ctx, generation, attempt, {
        nextInMs,
        started: true,
        timing: state.timing,
        event: starts ? "started" : null,
        eventData: starts ? { workerId: state.timing.workerId, delayMs: state.timing.delayMs } : null,
      });
      return;
    }
    case "queued": {
      // Signs count only once the wait is long enough to be one: a health page lags behind by seconds.
      const isWait = lane.theirMs(attempt.submittedAgeMs ?? 0) > STARTING_AFTER_MS;
      const seen = isWait ? evidenceWhileQueued(lane, attempt) : {};
      if (isWait && state.workerStarting) seen.initializingSeen = true;
      const isNews = seen.initializingSeen === true && !attempt.evidence?.initializingSeen;
      await recordWait(ctx, generation, attempt, {
        nextInMs,
        evidence: seen,
        event: isNews ? "starting_worker" : null,
      });
    }
  }
}

function recordWait(
  ctx: EngineContext,
  generation: ClaimedGeneration,
  attempt: OpenAttempt,
  change: {
    nextInMs: number;
    started?: boolean;
    missing?: boolean;
    timing?: JobTiming;
    evidence?: Partial<ColdStartEvidence>;
    event?: "started" | "starting_worker" | null;
    eventData?: Record<string, unknown> | null;
  },
): Promise<boolean> {
  return ctx.recorder.wait({
    generationId: generation.id,
    fence: generation.fence,
    attemptId: attempt.id,
    nextInMs: change.nextInMs,
    started: change.started ?? false,
    missing: change.missing ?? false,
    workerId: change.timing?.workerId ?? null,
    delayMs: change.timing?.delayMs ?? null,
    evidence: change.evidence ?? {},
    event: change.event ?? null,
    eventData: change.eventData ?? null,
  });
}

function overdue(lane: Lane, attempt: OpenAttempt): { mode: "cold_start_timeout" | "timeout"; message: string } {
  const waitedS = Math.round((attempt.submittedAgeMs ?? attempt.ageMs) / 1000);
  if (attempt.started) return { mode: "timeout", message: `still running after ${waitedS} s` };
  if (attempt.evidence?.throttledSeen)
    return { mode: "timeout", message: `no worker could be had within ${waitedS} s` };
  const workers = lane.workers()?.counts;
  if (workers && !attempt.evidence?.initializingSeen && workers.initializing + workers.running + workers.ready === 0)
    return { mode: "timeout", message: `the endpoint has no worker and started none within ${waitedS} s` };
  const alone = (attempt.evidence?.aheadOfUs ?? 0) === 0;
  if (attempt.evidence?.initializingSeen || (attempt.provider === "comfyui" && alone)) {
    return { mode: "cold_start_timeout", message: `no worker had started after ${waitedS} s` };
  }
  return { mode: "timeout", message: `still waiting in the queue after ${waitedS} s` };
}

function cancelledFailure(message: string): AttemptFailure {
  return {
    mode: "cancelled",
    message,
    raw: null,
    httpStatus: null,
    retryable: false,
    retryAfterMs: null,
    state: "cancelled",
    timing: NO_TIMING,
    billedUnits: null,
  };
}

/**
 * Stops a job at the provider and ends its attempt. The job is looked at once more afterwards: what it cost is known
 * only then, and a result that came in at the last moment is kept when nobody asked for the end.
 */
async function stopJob(
  ctx: EngineContext,
  lane: Lane,
  generation: ClaimedGeneration,
  attempt: JobAttempt,
  why: { mode: "cancelled" | "cold_start_timeout" | "timeout"; message: string },
  leaseSignal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const signal = () => AbortSignal.any([leaseSignal, AbortSignal.timeout(CHECK_TIMEOUT_MS)]);
  await debugPoint("cancel.before_call");
  const refusal = await lane.adapter.cancel(attempt.jobId, { signal: signal() }).then(
    (result) => (result.cancelled ? null : result.reason),
    (error: unknown) => (ProviderError.is(error) ? error.message : String(error)),
  );
  await debugPoint("cancel.called");
  const last = await lane.adapter.check(attempt.jobId, { signal: signal() }).catch(() => null);
  if (why.mode !== "cancelled" && last?.phase === "succeeded" && generation.remainingMs > 0) {
    return collectResults(ctx, lane, generation, attempt, last, leaseSignal);
  }
  // A provider may refuse because the job has ended by itself meanwhile, by the time-out that it was given.
  const hasEnded = last !== null && ENDED.has(last.phase);
  const timing =
    last && "timing" in last ? withRunSoFar(lane, attempt, last.timing) : withRunSoFar(lane, attempt, NO_TIMING);
  await endWithFailure(ctx, generation, attempt, {
    ...cancelledFailure(
      refusal && !hasEnded
        ? `${why.message}; the job runs on at ${PROVIDER_NAMES[lane.provider]}: ${refusal}`
        : why.message,
    ),
    mode: why.mode,
    retryable: why.mode !== "cancelled",
    // Given up, not failed by the provider: what it did until now is paid.
    state: "cancelled",
    timing,
    billedUnits: last && "billedUnits" in last ? last.billedUnits : null,
  });
}

/** A job that was stopped while it ran reports no execution time; the time since it started stands for it. */
function withRunSoFar(lane: Lane, attempt: OpenAttempt, timing: JobTiming): JobTiming {
  if (timing.executionMs !== null || !attempt.started || attempt.submittedAgeMs === null) return timing;
  return { ...timing, executionMs: Math.max(0, lane.theirMs(attempt.submittedAgeMs) - (timing.delayMs ?? 0)) };
}
