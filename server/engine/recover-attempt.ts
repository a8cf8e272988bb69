import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { ProviderError } from "@/server/errors";
import { releaseLeases } from "./claim";
import type { EngineContext } from "./context";
import { debugPoint } from "./debug-points";
import { endWithFailure, NO_TIMING } from "./end-attempt";
import type { Lane } from "./lane";
import { failedEnding } from "./start-attempts";
import { toProviderRequest } from "./submit-attempt";
import type { ClaimedGeneration, OpenAttempt } from "./types";

const LOOK_TIMEOUT_MS = 8_000;
const LOOK_AGAIN_MS = 1_500;
/** How long a submit without an answer is looked for: where the provider lists its jobs, a listing may lag. */
const GRACE_MS = { withListing: 8_000, withWebhook: 12_000, blind: 4_000 } as const;
/** Clocks of the provider and ours may differ by this much when its list is searched by time. */
const CLOCK_SLACK_MS = 60_000;

/**
 * Takes up a generation whose submit got no answer, or whose holder died around it. Its job is looked for by every way
 * the provider offers; only then is the attempt written off as ambiguous, with its reservation kept.
 */
export async function recoverAttempt(
  ctx: EngineContext,
  lane: Lane,
  generation: ClaimedGeneration,
  attempt: OpenAttempt | null,
  leaseSignal: AbortSignal,
): Promise<void> {
  if (attempt === null) {
    // No intent, so nothing was sent: the claim's transaction writes both or neither.
    const ending =
      generation.remainingMs > 0
        ? ({ kind: "again", reason: "retry", inMs: 0 } as const)
        : failedEnding("timeout", "the deadline passed");
    await ctx.finish({ generationId: generation.id, fence: generation.fence, outcome: null, ending });
    return;
  }
  if (attempt.jobId !== null) {
    await adopt(ctx, lane, generation, attempt, attempt.jobId);
    return;
  }
  // A provoked fault never went to the provider, so there is nothing to look for and nothing to set aside.
  const isProvoked = generation.params.provokedFault !== undefined;
  const canLook = lane.adapter.find !== undefined;
  await debugPoint("recover.before_find");
  const found = canLook && !isProvoked ? await look(ctx, lane, generation, attempt, leaseSignal) : null;
  if (found?.jobId) {
    await debugPoint("recover.found");
    await adopt(ctx, lane, generation, attempt, found.jobId);
    return;
  }
  const hasWebhook = ctx.webhookBase(generation.environment) !== null && lane.provider === "comfyui";
  const graceMs = isProvoked ? 0 : canLook ? GRACE_MS.withListing : hasWebhook ? GRACE_MS.withWebhook : GRACE_MS.blind;
  if (attempt.ageMs < graceMs && attempt.remainingMs > 0 && !generation.cancelRequested) {
    await releaseLeases(ctx.pool, [{ id: generation.id, fence: generation.fence }], LOOK_AGAIN_MS);
    return;
  }
  await debugPoint("recover.given_up");
  const base = { raw: null, httpStatus: null, retryAfterMs: null, timing: NO_TIMING, billedUnits: null };
  if (found?.listed || isProvoked) {
    const message = isProvoked
      ? "the fault proxy's answer was lost"
      : `${PROVIDER_NAMES[lane.provider]} gave no answer, and its list of jobs shows that it never took it`;
    await endWithFailure(ctx, generation, attempt, {
      ...base,
      mode: "provider_unavailable",
      message,
      retryable: true,
      state: "not_sent",
    });
    return;
  }
  // Sending again may pay twice: done only where the reservation is small, by the operator's limit.
  const cheap = attempt.reservedMicros !== null && attempt.reservedMicros < ctx.config.ambiguousRetryBelowMicros;
  await endWithFailure(ctx, generation, attempt, {
    ...base,
    mode: "provider_unavailable",
    message: `${PROVIDER_NAMES[lane.provider]} gave no answer to the submit; whether it runs there is not known`,
    retryable: cheap,
    state: "ambiguous",
  });
}

async function look(
  ctx: EngineContext,
  lane: Lane,
  generation: ClaimedGeneration,
  attempt: OpenAttempt,
  leaseSignal: AbortSignal,
): Promise<{ jobId: string | null; listed: boolean }> {
  const since = Date.now() - attempt.ageMs - CLOCK_SLACK_MS;
  try {
    const request = await toProviderRequest(ctx, generation);
    const signal = AbortSignal.any([leaseSignal, AbortSignal.timeout(LOOK_TIMEOUT_MS)]);
    const jobId = (await lane.adapter.find?.(request, since, { signal })) ?? null;
    // An earlier attempt of this generation has the same prompt and seed: its job is not this one's.
    return { jobId: jobId !== null && (await isTaken(ctx, jobId, attempt.id)) ? null : jobId, listed: true };
  } catch (error) {
    if (leaseSignal.aborted || !ProviderError.is(error)) throw error;
    return { jobId: null, listed: false };
  }
}

async function isTaken(ctx: EngineContext, jobId: string, attemptId: string): Promise<boolean> {
  const { rowCount } = await ctx.pool.query({
    name: "job-taken",
    text: "select 1 from attempts where job_id = $1 and id <> $2 limit 1",
    values: [jobId, attemptId],
  });
  return (rowCount ?? 0) > 0;
}

async function adopt(
  ctx: EngineContext,
  lane: Lane,
  generation: ClaimedGeneration,
  attempt: OpenAttempt,
  jobId: string,
): Promise<void> {
  await ctx.recorder.submitted({
    generationId: generation.id,
    fence: generation.fence,
    attemptId: attempt.id,
    jobId,
    model: lane.adapter.modelFor(generation.params.operation),
    quotedUnits: attempt.quotedUnits,
    warnings: [],
    evidence: {},
    submittedMsAgo: attempt.ageMs,
    nextInMs: 0,
    adopted: true,
  });
  await debugPoint("recover.adopted");
  ctx.wake("open");
}
