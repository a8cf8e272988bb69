import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { ProviderError } from "@/server/errors";
import { ImageGateError } from "@/server/images/image-gate-error";
import type { StoredImage } from "@/server/images/image-service";
import type { ImageOutput, JobState } from "@/server/providers/types";
import type { EngineContext } from "./context";
import { debugPoint } from "./debug-points";
import { type AttemptFailure, endWithFailure, endWithSuccess } from "./end-attempt";
import type { Lane } from "./lane";
import { type ClaimedGeneration, type OpenAttempt, remainingMs } from "./types";

const IMAGE_MAX_BYTES = 32 * 1024 * 1024;
const DOWNLOAD_TIMEOUT_MS = 60_000;
const DOWNLOAD_TRIES = 4;
const STORE_AGAIN_MS = 2_000;
const LAST_TRY_MS = 4_000;
const LEAST_STORE_MS = 1_000;

type Succeeded = Extract<JobState, { phase: "succeeded" }>;

/** Downloads, checks and stores every picture, then ends the generation. May run again after a death anywhere in it. */
export async function collectResults(
  ctx: EngineContext,
  lane: Lane,
  generation: ClaimedGeneration,
  attempt: OpenAttempt,
  result: Succeeded,
  leaseSignal: AbortSignal,
): Promise<void> {
  const startedMs = performance.now();
  const fail = (failure: Pick<AttemptFailure, "mode" | "message"> & Partial<AttemptFailure>) =>
    endWithFailure(ctx, generation, attempt, {
      raw: null,
      httpStatus: null,
      retryable: true,
      retryAfterMs: null,
      // The provider did its part and bills it, whatever the picture is worth.
      state: "failed",
      timing: result.timing,
      billedUnits: result.billedUnits,
      ...failure,
    });
  const wanted = generation.params.count;
  if (result.images.length < wanted) {
    await fail({
      mode: "bad_output",
      message: `${PROVIDER_NAMES[lane.provider]} returned ${result.images.length} of ${wanted} pictures`,
    });
    return;
  }
  const kept = await ctx.recorder.storing({
    generationId: generation.id,
    fence: generation.fence,
    attemptId: attempt.id,
    images: wanted,
  });
  if (!kept) return;
  const expected = {
    width: generation.params.width,
    height: generation.params.height,
    needsAlpha: generation.params.operation === "remove_background",
  };
  // Beyond the deadline nobody waits for the pictures, however slowly they come.
  const deadline = AbortSignal.timeout(Math.max(LEAST_STORE_MS, Math.round(remainingMs(generation))));
  const signal = AbortSignal.any([leaseSignal, deadline, ctx.leases.cancelSignal(generation)]);
  const images: StoredImage[] = [];
  try {
    for (const output of result.images.slice(0, wanted)) {
      await debugPoint("collect.before_download");
      const bytes = await download(lane, output, signal);
      await debugPoint("collect.downloaded");
      images.push(await ctx.images.storeOutput(bytes, expected, signal));
      await debugPoint("collect.stored");
    }
  } catch (error) {
    const problem = toProblem(error);
    if (problem === null) throw error;
    // The picture is made and paid, and the provider keeps it for a while: fetching and storing it again is free,
    // where another attempt would be paid again.
    const attemptLeftMs = attempt.remainingMs - (performance.now() - generation.claimedAtMs);
    if (problem.again && attemptLeftMs > LAST_TRY_MS) {
      await ctx.recorder.wait({
        ...patience,
        generationId: generation.id,
        fence: generation.fence,
        attemptId: attempt.id,
      });
      return;
    }
    await fail(problem.failure);
    return;
  }
  await endWithSuccess(ctx, generation, attempt, {
    timing: result.timing,
    billedUnits: result.billedUnits,
    images,
    storeMs: Math.round(performance.now() - startedMs),
    warnings: result.warnings,
  });
}

const patience = {
  nextInMs: STORE_AGAIN_MS,
  started: true,
  missing: false,
  workerId: null,
  delayMs: null,
  evidence: {},
  event: null,
  eventData: null,
};

function toProblem(
  error: unknown,
): { again: boolean; failure: Pick<AttemptFailure, "mode" | "message"> & Partial<AttemptFailure> } | null {
  if (ImageGateError.is(error)) {
    const { mode, message } = error;
    return { again: mode === "storage_failed", failure: { mode, message, retryable: mode === "bad_output" } };
  }
  if (!ProviderError.is(error)) return null;
  const { mode, message, raw, httpStatus, retryable } = error;
  return { again: retryable, failure: { mode, message, raw, httpStatus, retryable } };
}

/** The result lies at the provider for half an hour: a broken download is begun again, a few times, from the start. */
async function download(lane: Lane, output: ImageOutput, signal: AbortSignal): Promise<Uint8Array> {
  for (let tried = 1; ; tried++) {
    try {
      return await lane.adapter.download(output, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS)]),
        maxBytes: IMAGE_MAX_BYTES,
      });
    } catch (error) {
      if (signal.aborted || !ProviderError.is(error) || !error.retryable || tried >= DOWNLOAD_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200 * 2 ** tried * (0.5 + Math.random() / 2)));
    }
  }
}
