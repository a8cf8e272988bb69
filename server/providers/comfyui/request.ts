import { DEFAULT_STRENGTH, type GenerationParams, PROVIDER_LIMITS } from "@/server/domain/generation-request";
import { pictureSize } from "../picture-size";
import type { ProviderRequest, SubmitOptions } from "../types";
import type { Graph, Workflow, WorkflowValues } from "./workflows/graph";

const STEPS_DEFAULT = 20;
const GUIDANCE_DEFAULT = 3.5;
/** RunPod's own bounds of a job's policy. */
const EXECUTION_TIMEOUT_MIN_MS = 5_000;
const TTL_MIN_MS = 10_000;
const POLICY_MAX_MS = 7 * 24 * 60 * 60 * 1000;
/** The job outlives the generation's deadline by this, so that it is cancelled by us and not lost to its ttl. */
const TTL_SLACK_MS = 10_000;

export interface RunBody {
  input: { workflow: Graph; images?: { name: string; image: string }[] };
  webhook?: string;
  policy: { executionTimeout: number; ttl: number };
}

/** What `POST /run` takes. `input` is never empty: an empty one is lost by the worker and fails half a minute later. */
export function toRunBody(
  request: ProviderRequest,
  options: Pick<SubmitOptions, "attemptId" | "webhookUrl" | "remainingMs">,
  workflow: Workflow,
  checkpoint: string,
): RunBody {
  const image = request.image;
  // Files stay on a worker for ever and are found by name: a name of its own keeps another job's picture out.
  const imageName = image ? `${options.attemptId}.${image.mimeType.slice("image/".length)}` : null;
  const values: WorkflowValues = {
    ...pictureSize(request, image, PROVIDER_LIMITS.comfyui),
    prompt: request.prompt,
    negativePrompt: request.negativePrompt,
    seed: request.seed,
    steps: request.steps ?? STEPS_DEFAULT,
    guidance: request.guidance ?? GUIDANCE_DEFAULT,
    strength: request.strength ?? DEFAULT_STRENGTH,
    count: request.count,
    image: imageName,
    checkpoint,
    // A warm worker answers an equal graph from its cache, file name included; this one is never equal.
    filenamePrefix: `switchyard-${options.attemptId}`,
  };
  const within = (ms: number, minMs: number) => Math.min(POLICY_MAX_MS, Math.max(minMs, Math.ceil(ms)));
  return {
    input: {
      workflow: workflow.build(values),
      ...(image && imageName
        ? { images: [{ name: imageName, image: Buffer.from(image.bytes).toString("base64") }] }
        : {}),
    },
    ...(options.webhookUrl === null ? {} : { webhook: options.webhookUrl }),
    policy: {
      executionTimeout: within(options.remainingMs, EXECUTION_TIMEOUT_MIN_MS),
      ttl: within(options.remainingMs + TTL_SLACK_MS, TTL_MIN_MS),
    },
  };
}

const NAMES: Record<string, string> = { negativePrompt: "negative prompt", strength: "strength" };

/** What the caller asked for and the workflow has no place for. */
export function unheard(request: GenerationParams, workflow: Workflow): string[] {
  return workflow.ignores.flatMap((field) => {
    const asked = field === "count" ? request.count !== 1 : request[field as keyof GenerationParams] != null;
    // The gateway draws a seed when the caller gives none: nobody misses it.
    if (!asked || field === "seed") return [];
    if (field === "negativePrompt" && request.negativePrompt === "") return [];
    return [`this workflow takes no ${NAMES[field] ?? field}; it is left out`];
  });
}
