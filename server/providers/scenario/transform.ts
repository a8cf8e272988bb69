import { DEFAULT_STRENGTH, type GenerationParams, PROVIDER_LIMITS } from "@/server/domain/generation-request";
import { pictureSize } from "../picture-size";
import { providerError } from "../provider-failure";
import type { ImageOutput, JobState, JobTiming, ProviderRequest } from "../types";
import { jobFailureReading } from "./failures";
import type { ScenarioAsset, ScenarioJob } from "./schemas";

export const NEGATIVE_PROMPT_IGNORED = "FLUX.1-dev at Scenario takes no negative prompt; it is left out";

const STEPS_DEFAULT = 28;
const GUIDANCE_DEFAULT = 3.5;

export interface ScenarioBody {
  body: Record<string, unknown>;
  warnings: string[];
}

/** What of a request the custom models have no place for. */
export function leftOutOfCustom(params: Pick<GenerationParams, "operation" | "negativePrompt">): string[] {
  return params.operation !== "remove_background" && params.negativePrompt ? [NEGATIVE_PROMPT_IGNORED] : [];
}

/** The flat body of `POST /generate/custom/{model}`. `seed` is a number here, and outputs are `numOutputs`. */
export function toCustomBody(request: ProviderRequest, imageAssetId: string | null): ScenarioBody {
  if (request.operation === "remove_background") return { body: { image: imageAssetId }, warnings: [] };
  return {
    body: {
      prompt: request.prompt,
      ...pictureSize(request, request.image, PROVIDER_LIMITS.scenario),
      numOutputs: request.count,
      numInferenceSteps: request.steps ?? STEPS_DEFAULT,
      guidance: request.guidance ?? GUIDANCE_DEFAULT,
      ...(request.seed === null ? {} : { seed: request.seed }),
      ...(imageAssetId === null ? {} : { image: imageAssetId, strength: request.strength ?? DEFAULT_STRENGTH }),
    },
    warnings: leftOutOfCustom(request),
  };
}

/** The body of the legacy inference routes. `numSamples` left out would bill four images; `seed` is a string. */
export function toLegacyBody(request: ProviderRequest, modelId: string, imageAssetId: string | null): ScenarioBody {
  if (request.operation === "remove_background") return { body: { image: imageAssetId, format: "png" }, warnings: [] };
  return {
    body: {
      modelId,
      prompt: request.prompt,
      ...pictureSize(request, request.image, PROVIDER_LIMITS.scenario),
      numSamples: request.count,
      numInferenceSteps: request.steps ?? STEPS_DEFAULT,
      guidance: request.guidance ?? GUIDANCE_DEFAULT,
      ...(request.seed === null ? {} : { seed: String(request.seed) }),
      // Without a strength above 0 the negative prompt does nothing.
      ...(request.negativePrompt ? { negativePrompt: request.negativePrompt, negativePromptStrength: 1 } : {}),
      ...(imageAssetId === null ? {} : { image: imageAssetId, strength: request.strength ?? DEFAULT_STRENGTH }),
    },
    warnings: [],
  };
}

const TERMINAL = ["success", "failure", "canceled"];
/** What the job was before it could begin: everything else in the history is work. */
const WAITING = ["pending", "queued", "warming-up"];

/** Times of a job from its `statusHistory`; null wherever the history does not tell (yet). */
export function toTiming(job: ScenarioJob): JobTiming {
  const entries = (job.statusHistory ?? [])
    .map((entry) => ({ status: entry.status ?? "", atMs: Date.parse(entry.date ?? "") }))
    .filter((entry) => Number.isFinite(entry.atMs))
    .sort((left, right) => left.atMs - right.atMs);
  const timing: JobTiming = { delayMs: null, executionMs: null, warmingUpMs: null, workerId: null, retries: null };
  const first = entries[0];
  if (!first) return timing;
  const started = entries.find((entry) => !WAITING.includes(entry.status) && !TERMINAL.includes(entry.status));
  const ended = entries.find((entry) => TERMINAL.includes(entry.status));
  const created = Date.parse(job.createdAt ?? "");
  const submittedMs = Number.isFinite(created) ? Math.min(created, first.atMs) : first.atMs;
  if (started) timing.delayMs = started.atMs - submittedMs;
  if (started && ended) timing.executionMs = ended.atMs - started.atMs;
  if (started || ended) {
    timing.warmingUpMs = entries.reduce((sum, entry, index) => {
      const next = entries[index + 1];
      return entry.status === "warming-up" && next ? sum + next.atMs - entry.atMs : sum;
    }, 0);
  }
  return timing;
}

/**
 * Creative units of a job that ended well: `cuCost` plus the add-ons. (A dry run's quote is summed differently: its
 * details already make up its total.) Null where the answer has no billing.
 */
export function billedUnits(job: ScenarioJob): number | null {
  const cost = job.billing?.cuCost;
  if (cost === null || cost === undefined) return null;
  const addOns = Object.values(job.billing?.cuCostDetails ?? {});
  // Thousandths: 9 + 1.75 must not become 10.750000000000002.
  return Math.round(addOns.reduce((sum, units) => sum + units, cost) * 1000) / 1000;
}

export type JobPhase = "waiting" | "running" | "success" | "failure" | "canceled";

/**
 * Scenario spells its ends `success`, `failure` and `canceled`; the older API's spellings are taken too. Any other
 * word is an intermediate state that may be added at any time, and the deadline bounds the wait.
 */
export function jobPhase(status: string): JobPhase {
  if (status === "success" || status === "succeeded") return "success";
  if (status === "failure" || status === "failed") return "failure";
  if (status === "canceled" || status === "cancelled") return "canceled";
  return WAITING.includes(status) ? "waiting" : "running";
}

/** A job that has not ended well; a success needs its assets (`toSucceeded`). `scrubbed` takes our credentials out of its words. */
export function toUnfinishedState(job: ScenarioJob, scrubbed: (text: string) => string): JobState {
  const timing = toTiming(job);
  const phase = jobPhase(job.status);
  if (phase === "waiting") return { phase: "queued", timing, workerStarting: job.status === "warming-up" };
  if (phase === "canceled") return { phase: "cancelled", timing, billedUnits: null };
  if (phase === "failure") {
    const text = errorText(job.metadata?.error);
    const said = text === null ? null : scrubbed(text);
    const error = providerError("scenario", jobFailureReading(said), { raw: said });
    // A failed job's `cuCost` keeps the original charge after its refund: it is not what was spent.
    return { phase: "failed", timing, error, billedUnits: 0 };
  }
  return { phase: "running", timing, progress: job.progress ?? null };
}

/** The end of a job with its assets, which come in any order. Null: some asset is not ready, ask again. */
export function toSucceeded(job: ScenarioJob, assets: ScenarioAsset[]): JobState | null {
  const timing = toTiming(job);
  const billed = billedUnits(job);
  if (assets.some((asset) => asset.status === "pending")) return null;
  const usable = assets
    .map((asset, place) => ({ order: asset.outputIndex ?? place, url: asset.originalFileUrl ?? asset.url, asset }))
    .filter((entry) => entry.asset.status !== "error" && entry.url)
    .sort((left, right) => left.order - right.order);
  if (usable.length === 0) {
    const message =
      assets.length === 0
        ? "Scenario: the job succeeded without an asset"
        : "Scenario: no asset of the job can be read";
    return {
      phase: "failed",
      timing,
      error: providerError("scenario", { mode: "bad_output", message }),
      billedUnits: billed,
    };
  }
  const lost = assets.length - usable.length;
  const images = usable.map((entry, index): ImageOutput => ({ index, kind: "url", url: entry.url ?? "" }));
  const warnings = lost > 0 ? [`${lost} of ${assets.length} assets cannot be read`] : [];
  return { phase: "succeeded", timing, images, billedUnits: billed, warnings };
}

function errorText(error: unknown): string | null {
  if (typeof error === "string") return error === "" ? null : error;
  if (typeof error !== "object" || error === null) return null;
  if ("message" in error && typeof error.message === "string") return error.message;
  return JSON.stringify(error);
}

/** Does a listed job answer to this request? The seed is ours, drawn at random unless the caller chose it. */
export function isJobOf(job: ScenarioJob, request: ProviderRequest): boolean {
  const input = job.metadata?.input;
  if (!input || request.seed === null) return false;
  return String(input.seed) === String(request.seed) && input.prompt === request.prompt;
}
