import { type ColdStartEvidence, type ColdStartVerdict, classifyColdStart } from "@/server/domain/cold-start";
import type { FailureMode } from "@/server/domain/failure-modes";
import type { AttemptState, ProviderId } from "@/server/domain/vocabulary";
import { CONTROL } from "@/server/domain/vocabulary";
import type { StoredImage } from "@/server/images/image-service";
import type { JobTiming } from "@/server/providers/types";
import { afterFailure } from "./after-failure";
import { type EngineContext, unavailability } from "./context";
import { baselineOf, costOfAttempt } from "./cost";
import { completeEvidence } from "./evidence";
import { failedEnding } from "./start-attempts";
import { type AttemptOutcome, type ClaimedGeneration, type Ending, type OpenAttempt, remainingMs } from "./types";

export const NO_TIMING: JobTiming = {
  delayMs: null,
  executionMs: null,
  warmingUpMs: null,
  workerId: null,
  retries: null,
};

export interface AttemptFailure {
  mode: FailureMode;
  message: string;
  raw: string | null;
  httpStatus: number | null;
  retryable: boolean;
  retryAfterMs: number | null;
  /** Became of the attempt: `not_sent` costs nothing, `ambiguous` keeps its reservation. */
  state: Extract<AttemptState, "failed" | "cancelled" | "not_sent" | "ambiguous">;
  timing: JobTiming;
  billedUnits: number | null;
}

async function judge(
  ctx: EngineContext,
  attempt: OpenAttempt,
  timing: JobTiming,
): Promise<{ evidence: ColdStartEvidence; verdict: ColdStartVerdict }> {
  const evidence = await completeEvidence(ctx, attempt, timing);
  return { evidence, verdict: classifyColdStart(evidence) };
}

/** Ends the generation well: its pictures are checked, stored and read back when this is called. */
export async function endWithSuccess(
  ctx: EngineContext,
  generation: ClaimedGeneration,
  attempt: OpenAttempt,
  result: { timing: JobTiming; billedUnits: number | null; images: StoredImage[]; storeMs: number; warnings: string[] },
): Promise<boolean> {
  const { evidence, verdict } = await judge(ctx, attempt, result.timing);
  const facts = {
    outcome: "succeeded" as const,
    timing: result.timing,
    verdict,
    evidence,
    billedUnits: result.billedUnits,
  };
  const cost = costOfAttempt(ctx, generation, attempt, { ...facts, imageCount: result.images.length });
  return finishAttempt(
    ctx,
    generation,
    attempt,
    {
      ...noFailure,
      ...outcomeFacts(attempt, result.timing, evidence, verdict),
      state: "succeeded",
      storeMs: result.storeMs,
      billedUnits: result.billedUnits,
      costMicros: cost.totalMicros,
      lines: cost.lines,
    },
    {
      kind: "end",
      state: "succeeded",
      failureMode: null,
      coldClass: verdict.class,
      images: result.images,
      baselineMicros: baselineOf(ctx, generation, result.images.length, generation.createdAtMs),
      warnings: result.warnings,
      message: null,
    },
  );
}

const noFailure = { failureMode: null, failureMessage: null, failureRaw: null, httpStatus: null } as const;

function outcomeFacts(
  attempt: OpenAttempt,
  timing: JobTiming,
  evidence: ColdStartEvidence | null,
  verdict: ColdStartVerdict | null,
) {
  return {
    attemptId: attempt.id,
    delayMs: timing.delayMs,
    executionMs: timing.executionMs,
    workerId: timing.workerId,
    evidence,
    coldClass: verdict?.class ?? null,
    coldRule: verdict?.rule ?? null,
    coldBecause: verdict?.because ?? null,
    startUpMs: verdict?.startUpMs ?? null,
  };
}

/** Ends the attempt badly, and the generation with it unless another try is due. */
export async function endWithFailure(
  ctx: EngineContext,
  generation: ClaimedGeneration,
  attempt: OpenAttempt,
  failure: AttemptFailure,
): Promise<boolean> {
  const outcome = await failedOutcome(ctx, generation, attempt, failure);
  // Whatever became of the job: nobody waits for another attempt.
  if (generation.cancelRequested) {
    const ending: Ending = {
      ...failedEnding("cancelled", failure.message),
      state: "cancelled",
      coldClass: outcome.coldClass,
    };
    return finishAttempt(ctx, generation, attempt, outcome, ending);
  }
  if (failure.state === "cancelled" && generation.resendRequested) {
    const ending: Ending = { kind: "again", reason: "retry", inMs: 0 };
    return finishAttempt(ctx, generation, attempt, outcome, ending);
  }
  const earlier = await readEarlier(ctx, generation.id, attempt.id);
  const next = afterFailure({
    failed: {
      provider: attempt.provider,
      mode: failure.mode,
      retryable: failure.retryable,
      sent: failure.state !== "not_sent",
      retryAfterMs: failure.retryAfterMs,
    },
    earlier,
    remainingMs: remainingMs(generation),
    maxAttempts: ctx.config.maxAttempts,
    fallbackAllowed: generation.fallbackAllowed,
    forced: generation.forcedProvider !== null,
    controlUnavailable: unavailability(ctx, generation.environment, generation.params.operation)[CONTROL],
    spendRetry: () => ctx.lane(generation.environment, attempt.provider)?.retries.spend() ?? true,
    random: Math.random(),
  });
  const ending: Ending =
    next.kind === "again"
      ? next
      : {
          ...failedEnding(failure.mode, `${failure.message} (not tried again: ${next.because})`),
          coldClass: outcome.coldClass,
        };
  return finishAttempt(ctx, generation, attempt, outcome, ending);
}

async function finishAttempt(
  ctx: EngineContext,
  generation: ClaimedGeneration,
  attempt: OpenAttempt,
  outcome: AttemptOutcome,
  ending: Ending,
): Promise<boolean> {
  const done = await ctx.finish({ generationId: generation.id, fence: generation.fence, outcome, ending });
  const lane = ctx.lane(generation.environment, attempt.provider);
  if (done && lane) lane.openJobs = Math.max(0, lane.openJobs - 1);
  if (done && ending.kind === "again") ctx.wake("queued");
  return done;
}

/**
 * Ends the generation without asking anybody about its job any more. The attempt keeps its reservation; a job that is
 * known by its id is cancelled and priced as an orphan.
 */
export async function endSetAside(
  ctx: EngineContext,
  generation: ClaimedGeneration,
  attempt: OpenAttempt | null,
  failure: { mode: FailureMode; message: string },
): Promise<boolean> {
  const isOpen = attempt !== null && OPEN.has(attempt.state);
  const outcome = isOpen
    ? await failedOutcome(ctx, generation, attempt, {
        ...failure,
        raw: null,
        httpStatus: null,
        retryable: false,
        retryAfterMs: null,
        state: "ambiguous",
        timing: NO_TIMING,
        billedUnits: null,
      })
    : null;
  const ending = failedEnding(failure.mode, failure.message);
  return ctx.finish({ generationId: generation.id, fence: generation.fence, outcome, ending });
}

const OPEN: ReadonlySet<AttemptState> = new Set(["intent", "submitted", "running"]);

async function failedOutcome(
  ctx: EngineContext,
  generation: ClaimedGeneration,
  attempt: OpenAttempt,
  failure: AttemptFailure,
): Promise<AttemptOutcome> {
  const failed = {
    failureMode: failure.mode,
    failureMessage: failure.message,
    failureRaw: failure.raw,
    httpStatus: failure.httpStatus,
    storeMs: null,
    billedUnits: failure.billedUnits,
    state: failure.state,
  };
  if (failure.state === "not_sent") {
    return { ...outcomeFacts(attempt, NO_TIMING, null, null), ...failed, costMicros: 0, lines: [] };
  }
  if (failure.state === "ambiguous") {
    // It may run and be billed: the reservation stands in the ledger until the truth is known.
    return {
      ...outcomeFacts(attempt, NO_TIMING, null, null),
      ...failed,
      costMicros: attempt.reservedMicros,
      lines: reservedLine(attempt),
    };
  }
  const { evidence, verdict } = await judge(ctx, attempt, failure.timing);
  const outcome = failure.state === "cancelled" ? ("cancelled" as const) : ("failed" as const);
  const facts = {
    outcome,
    timing: failure.timing,
    verdict,
    evidence,
    billedUnits: failure.billedUnits,
    imageCount: generation.params.count,
  };
  const cost = costOfAttempt(ctx, generation, attempt, facts);
  return {
    ...outcomeFacts(attempt, failure.timing, evidence, verdict),
    ...failed,
    costMicros: cost.totalMicros,
    lines: cost.lines,
  };
}

function reservedLine(attempt: OpenAttempt): AttemptOutcome["lines"] {
  if (attempt.reservedMicros === null) return [];
  const line = {
    kind: "reserved" as const,
    costMicros: attempt.reservedMicros,
    note: "sent without an answer: reserved until known",
  };
  return [{ ...line, units: null, unit: null, priceId: null }];
}

async function readEarlier(
  ctx: EngineContext,
  generationId: string,
  attemptId: string,
): Promise<{ provider: ProviderId; sent: boolean }[]> {
  const { rows } = await ctx.pool.query<{ provider: ProviderId; sent: boolean }>({
    name: "read-earlier",
    text: "select provider, state <> 'not_sent' as sent from attempts where generation_id = $1 and id <> $2 order by number",
    values: [generationId, attemptId],
  });
  return rows;
}
