import type { ProvokedFault } from "@/server/domain/generation-request";
import type { GenerationDetail } from "@/server/domain/generation-view";
import { formatMicros } from "@/server/domain/money";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import type { ItemContext } from "../types";
import { pictureParams } from "./params";
import type { Provoked } from "./provoked";

/** Attempts that cannot cost or bring anything any more. */
const CLOSED = ["failed", "cancelled", "not_sent"];

/**
 * A real generation, the whole way through the gateway, at the fault proxy: the endpoint would start a paid worker to
 * find out that a model is missing, and a job that never ends is billed until somebody ends it.
 */
export async function provokeJob(
  context: Pick<ItemContext, "generate">,
  fault: ProvokedFault,
  deadlineMs: number | null,
): Promise<Provoked> {
  const params = { operation: "txt2img", prompt: "a small grey stone", width: 256, height: 256, seed: 1 } as const;
  const detail = await context.generate(fault, {
    params: pictureParams({ ...params, provokedFault: fault }),
    deadlineMs,
  });
  const problem = problemOf(detail);
  return {
    where: "fault proxy",
    mode: detail.failureMode ?? "unknown",
    words: detail.attempts.at(-1)?.failureMessage ?? detail.state,
    generationId: detail.id,
    figures: { costMicros: detail.costMicros ?? "unknown", attempts: detail.attempts.length },
    ...(problem ? { problem } : {}),
  };
}

/** Nothing is lost: one end, no job left open. Nothing is spent: not by the sum, and not by any line under it. */
function problemOf(detail: GenerationDetail): string | null {
  if (detail.state !== "failed") return `ended as ${detail.state}`;
  if (detail.images.length > 0) return "left a picture behind";
  const open = detail.attempts.find(({ state }) => !CLOSED.includes(state));
  if (open) return `left job ${open.jobId ?? "unknown"} ${open.state} at ${PROVIDER_NAMES[open.provider]}`;
  const paid = detail.costLines.find(({ costMicros }) => costMicros !== 0);
  if (paid) return `was charged ${formatMicros(paid.costMicros)} for ${paid.kind}`;
  if (detail.costMicros !== 0)
    return detail.costMicros === null ? "has no known cost" : `cost ${formatMicros(detail.costMicros)}`;
  return null;
}
