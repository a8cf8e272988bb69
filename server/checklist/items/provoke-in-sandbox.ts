import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import type { ItemContext } from "../types";
import type { Provoked } from "./error-handling";
import { pictureParams } from "./params";

/** Attempts that cannot cost or bring anything any more. */
const CLOSED = ["failed", "cancelled", "not_sent"];

/**
 * The whole way of a real generation, at the sandbox's provider, which makes the fault that the prompt names. Nothing
 * is lost: one end, no open job left behind, no further paid attempt. What the provider bills for the worker's time of
 * a failed job is told as that, and never as a picture's.
 */
export async function provokeInSandbox(
  context: ItemContext,
  fault: "missing_model" | "never_finishes",
  deadlineMs: number | null,
): Promise<Provoked> {
  const detail = await context.generate(fault, {
    params: pictureParams({
      operation: "txt2img",
      prompt: `a small grey stone [fault:${fault}]`,
      width: 256,
      height: 256,
      seed: 1,
    }),
    deadlineMs,
  });
  const attempt = detail.attempts.at(-1);
  const open = detail.attempts.find(({ state }) => !CLOSED.includes(state));
  const paid = detail.costLines.filter(({ kind }) => kind === "generation" || kind === "execution");
  const problem =
    detail.state !== "failed"
      ? `ended as ${detail.state}`
      : detail.images.length > 0
        ? "left a picture behind"
        : open
          ? `left job ${open.jobId ?? "unknown"} ${open.state} at ${PROVIDER_NAMES[open.provider]}`
          : paid.length > 0
            ? "was charged as if it had made a picture"
            : null;
  return {
    where: "provider",
    mode: detail.failureMode ?? "unknown",
    words: attempt?.failureMessage ?? detail.state,
    generationId: detail.id,
    figures: { costMicros: detail.costMicros ?? 0, attempts: detail.attempts.length },
    workerMicros: detail.costMicros ?? 0,
    ...(problem ? { problem } : {}),
  };
}
