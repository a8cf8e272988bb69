import { ProviderError } from "@/server/errors";
import type { InputImage, ProviderRequest } from "@/server/providers/types";
import { capabilityToken } from "./capability";
import type { EngineContext } from "./context";
import { debugPoint } from "./debug-points";
import { type AttemptFailure, endWithFailure, NO_TIMING } from "./end-attempt";
import { evidenceAtSubmit } from "./evidence";
import type { Lane } from "./lane";
import type { ClaimedGeneration, Intent, OpenAttempt } from "./types";
import { untilAnswered } from "./until-answered";
import { writeLateIntent } from "./write-intents";

const SUBMIT_TIMEOUT_MS = 15_000;
const WORKERS_WAIT_MS = 300;
/** An unanswered submit is looked for after this, when the provider has had time to list or announce the job. */
export const FIRST_LOOK_MS = 1_500;

/** Sends one intent. Whatever happens is written; only a lost database or lease leaves it to the next holder. */
export async function submitAttempt(
  ctx: EngineContext,
  lane: Lane,
  intent: Intent & { aheadOfUs: number },
  leaseSignal: AbortSignal,
): Promise<void> {
  const { generation } = intent;
  const startedMs = performance.now();
  const place = lane.submits.take();
  if (intent.reason === "primary") lane.retries.recordFirstTry();
  let settled = false;
  try {
    const request = await toProviderRequest(ctx, generation).catch((error: unknown) => {
      throw new ProviderError("the input picture could not be read from the store", {
        provider: intent.provider,
        mode: "storage_failed",
        retryable: true,
        maybeSent: false,
        httpStatus: null,
        retryAfterMs: null,
        raw: error instanceof Error ? error.message : null,
      });
    });
    const base = ctx.webhookBase(generation.environment);
    // Before the call, or the counts would show this very job; not for long, since they are evidence and no more.
    await lane.readWorkers(WORKERS_WAIT_MS);
    const evidence = evidenceAtSubmit(ctx, lane, intent.aheadOfUs);
    await debugPoint("submit.before_call");
    if (!ctx.leases.isSurelyHeld(generation)) {
      // Nothing was sent and nothing is written: whoever holds it now finds the intent and decides.
      lane.submits.release(place, "neutral");
      return;
    }
    const result = await lane.adapter.submit(request, {
      attemptId: intent.attemptId,
      webhookUrl: base
        ? `${base}/hooks/runpod/${intent.attemptId}/${capabilityToken(ctx.secret, intent.attemptId)}`
        : null,
      remainingMs: lane.theirMs(Math.max(5_000, intent.attemptMs - (performance.now() - startedMs))),
      signal: AbortSignal.any([leaseSignal, AbortSignal.timeout(SUBMIT_TIMEOUT_MS)]),
    });
    const answeredMs = performance.now();
    await debugPoint("submit.sent");
    lane.recordSuccess(place);
    settled = true;
    await writeLateIntent(ctx.pool, intent);
    const answer = {
      generationId: generation.id,
      fence: generation.fence,
      attemptId: intent.attemptId,
      jobId: result.jobId,
      model: result.model,
      quotedUnits: result.quotedUnits,
      warnings: result.warnings,
      evidence,
      nextInMs: lane.nextPollMs(0, Math.random()),
      adopted: false,
    };
    const write = () => ctx.recorder.submitted({ ...answer, submittedMsAgo: performance.now() - answeredMs });
    await untilAnswered(ctx.pool, write, WRITE_FOR_MS);
  } catch (error) {
    if (!ProviderError.is(error)) {
      if (!settled) lane.submits.release(place, "neutral");
      throw error;
    }
    if (isLoad(error)) lane.recordPushBack(place, error.retryAfterMs);
    else lane.submits.release(place, "neutral");
    await afterRefusal(ctx, intent, error);
  }
}

/**
 * The job's id is known only here until it is written, and a job without an id is paid for nothing: a database that
 * restarts is waited for, longer than elsewhere. The row takes the id even after the lease was lost.
 */
const WRITE_FOR_MS = 60_000;

function isLoad(error: ProviderError): boolean {
  return (
    error.mode === "rate_limited" ||
    error.mode === "provider_unavailable" ||
    error.mode === "timeout" ||
    error.mode === "auth_failed"
  );
}

async function afterRefusal(ctx: EngineContext, intent: Intent, error: ProviderError): Promise<void> {
  const { generation } = intent;
  if (error.maybeSent) {
    // It may be running there. The recovery step looks for it; until then the generation stays `submitting`.
    await debugPoint("submit.ambiguous");
    await ctx.pool.query({
      name: "submit-unanswered",
      text: `with g as (update generations set lease_until = null, lease_owner = null,
            next_at = clock_timestamp() + make_interval(secs => $5::float8 / 1000)
          where id = $1 and fence = $2 and finished_at is null returning id)
        insert into generation_events (generation_id, attempt_id, kind, data) select id, $3, 'ambiguous', $4::jsonb from g`,
      values: [
        generation.id,
        generation.fence,
        intent.attemptId,
        JSON.stringify({ message: error.message }),
        FIRST_LOOK_MS,
      ],
    });
    return;
  }
  await debugPoint("submit.refused");
  await endWithFailure(ctx, generation, toOpenAttempt(intent), toFailure(error, "not_sent"));
}

export function toFailure(error: ProviderError, state: AttemptFailure["state"]): AttemptFailure {
  return {
    mode: error.mode,
    message: error.message,
    raw: error.raw,
    httpStatus: error.httpStatus,
    retryable: error.retryable,
    retryAfterMs: error.retryAfterMs,
    state,
    timing: NO_TIMING,
    billedUnits: null,
  };
}

/** The attempt as a later claim would read it: nothing is known of it but its intent. */
export function toOpenAttempt(intent: Intent): OpenAttempt {
  return {
    id: intent.attemptId,
    number: intent.number,
    environment: intent.generation.environment,
    provider: intent.provider,
    state: "intent",
    jobId: null,
    model: null,
    reservedMicros: intent.reservedMicros,
    quotedUnits: null,
    missingCount: 0,
    evidence: null,
    started: false,
    remainingMs: intent.attemptMs,
    ageMs: 0,
    submittedAgeMs: null,
  };
}

export async function toProviderRequest(ctx: EngineContext, generation: ClaimedGeneration): Promise<ProviderRequest> {
  const { params, inputSha256, inputKey, inputLocation, inputDiskId, inputMimeType } = generation;
  let image: InputImage | null = null;
  if (inputSha256 && inputKey && inputLocation) {
    const place = { location: inputLocation, objectKey: inputKey, diskId: inputDiskId };
    const bytes = await ctx.images.readInput({ sha256: inputSha256, ...place });
    image = { bytes, mimeType: inputMimeType as InputImage["mimeType"], sha256: inputSha256, ...generation.inputSize };
  }
  return { ...params, image };
}
