import { createHash } from "node:crypto";
import type { Picture } from "../draw/render";
import type { Damage } from "../draw/studio";
import type { JobFault } from "../fault-kinds";
import { type Strike, strikeOf } from "../faults";
import { isObject, type JsonObject } from "../http";
import { unit } from "../random";
import { faultFailure, validationFailure } from "./comfyui-errors";
import { evaluateWorkflow, type SavedImage } from "./comfyui-evaluate";
import { modelsOf, nodesOf } from "./comfyui-nodes";
import { validateWorkflow } from "./comfyui-validate";
import type { Outcome, OutputFile, RunpodJob } from "./job";
import type { EndpointSettings } from "./settings";
import type { Worker } from "./worker";

/**
 * What worker-comfyui's handler makes of this job on this worker. `fullMs` is the time that a good run takes; failures
 * of validation end at once, failures of execution part of the way.
 */
export function handle(
  job: RunpodJob,
  worker: Worker,
  settings: EndpointSettings,
  seed: number,
  fullMs: number,
): Outcome {
  const quickMs = 60 + Math.round(240 * unit(seed, "validation", job.sequence));
  const fail = (executionMs: number, error: string, details: string[] = []): Outcome => ({
    ...EMPTY,
    status: "FAILED",
    executionMs,
    error,
    details,
  });

  const input = job.readInput();
  const parsed = parseHandlerInput(input);
  if (typeof parsed === "string") return fail(quickMs, parsed);
  const { workflow, images } = parsed;
  const badImage = images.find((image) => image.bytes === null);
  if (badImage !== undefined) {
    const details = [`Error decoding base64 for ${badImage.name}: Invalid base64-encoded string`];
    return fail(quickMs, "Failed to upload one or more input images", details);
  }

  const missingModel = strikeOf(job.strikes, "missing_model") !== null;
  const checkpoints = missingModel ? ["other.safetensors"] : settings.checkpoints;
  const nodes = nodesOf(strikeOf(job.strikes, "missing_node") === null ? settings.image : "stock");
  const uploads = new Map(images.map((image, index) => [image.name, uploadedPicture(job, index, image.bytes)]));
  const verdict = validateWorkflow(workflow, {
    nodes,
    models: modelsOf(settings.image, checkpoints),
    uploads: new Set(uploads.keys()),
  });
  if (!verdict.ok) {
    const { error, details } = validationFailure(verdict, checkpoints);
    return fail(quickMs, error, details);
  }
  if (strikeOf(job.strikes, "missing_node") !== null) {
    const message = "Node 'RMBG' not found. The custom node may not be installed.";
    return fail(quickMs, `${message}. Raw response: {"error": {"type": "missing_node_type", "message": "${message}"}}`);
  }

  const { images: saved, samplerId } = evaluateWorkflow(verdict.graph, verdict.outputs, uploads);
  const executionMs = strikeOf(job.strikes, "slow") === null ? fullMs : slowed(fullMs, job.strikes);
  const firstFile = `${saved[0]?.prefix ?? "ComfyUI"}_00001_.png`;
  for (const strike of job.strikes) {
    const failure = faultFailure(strike, { jobId: job.id, samplerId, firstFile, firstUpload: images[0]?.name ?? null });
    if (failure !== null) return fail(Math.max(quickMs, Math.round(executionMs * 0.6)), failure.error, failure.details);
  }
  if (strikeOf(job.strikes, "success_no_images") !== null) return { ...EMPTY, executionMs };

  const key = cacheKey(workflow, images);
  const shown = saved.filter((image) => !image.temporary);
  const damage = damageOf(job.strikes);
  const cachedNames = worker.cache.get(key);
  const names = cachedNames ?? shown.map((image) => nextFileName(worker, image));
  const files = shown.map(({ picture }, index): OutputFile => ({ filename: names[index] ?? "", picture, damage }));
  if (cachedNames !== undefined) {
    const cachedMs = 20 + Math.round(60 * unit(seed, "cached", job.sequence));
    return { ...EMPTY, executionMs: cachedMs, files, cacheHit: true };
  }
  remember(worker, key, names);
  const partialErrors =
    strikeOf(job.strikes, "partial_errors") === null
      ? []
      : [
          `Error uploading ${files.at(-1)?.filename ?? "ComfyUI_00002_.png"} to S3: Could not connect to the endpoint URL`,
        ];
  return {
    ...EMPTY,
    executionMs,
    files,
    partialErrors,
    withoutOutput: strikeOf(job.strikes, "completed_without_output") !== null,
  };
}

const EMPTY: Outcome = {
  executionMs: 0,
  status: "COMPLETED",
  error: null,
  details: [],
  files: [],
  partialErrors: [],
  withoutOutput: false,
  cacheHit: false,
};

interface HandlerInput {
  workflow: JsonObject;
  /** Bytes are null when the base64 does not decode. */
  images: { name: string; bytes: Buffer | null }[];
}

/** The worker's own checks in its own order; a string is its error. */
export function parseHandlerInput(input: JsonObject | string | null): HandlerInput | string {
  if (input === null) return "Please provide input";
  let value: unknown = input;
  if (typeof input === "string") {
    try {
      value = JSON.parse(input);
    } catch {
      return "Invalid JSON format in input";
    }
  }
  if (!isObject(value)) return "Please provide input";
  if (!isObject(value.workflow)) return "Missing 'workflow' parameter";
  const images = value.images ?? [];
  const wrong = "'images' must be a list of objects with 'name' and 'image' keys";
  if (!Array.isArray(images)) return wrong;
  const decoded: HandlerInput["images"] = [];
  for (const image of images) {
    if (!isObject(image) || typeof image.name !== "string" || typeof image.image !== "string") return wrong;
    const comma = image.image.indexOf(",");
    const base64 = comma < 0 ? image.image : image.image.slice(comma + 1);
    const isBase64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(base64) && base64.trim() !== "";
    decoded.push({ name: image.name, bytes: isBase64 ? Buffer.from(base64, "base64") : null });
  }
  return { workflow: value.workflow, images: decoded };
}

/** Large inputs lie on disk: the picture finds its bytes there again when it is drawn. */
function uploadedPicture(job: RunpodJob, index: number, bytes: Buffer | null): Picture {
  const id = createHash("sha256")
    .update(bytes ?? "")
    .digest("hex");
  const read = () => {
    const input = parseHandlerInput(job.readInput());
    return (typeof input === "string" ? null : input.images[index]?.bytes) ?? Buffer.alloc(0);
  };
  return { kind: "bytes", id, read };
}

function slowed(fullMs: number, strikes: Strike<JobFault>[]): number {
  return Math.round(fullMs * (strikeOf(strikes, "slow")?.value ?? 6));
}

/** ComfyUI numbers files per prefix in its output folder, which a worker keeps for its life. */
function nextFileName(worker: Worker, image: SavedImage): string {
  const number = (worker.fileCounters.get(image.prefix) ?? 0) + 1;
  worker.fileCounters.set(image.prefix, number);
  const stem = image.prefix.split("/").at(-1) ?? image.prefix;
  return `${stem}_${String(number).padStart(5, "0")}_.png`;
}

function cacheKey(workflow: JsonObject, images: HandlerInput["images"]): string {
  const hash = createHash("sha256").update(JSON.stringify(workflow));
  for (const image of images) hash.update(image.name).update(image.bytes ?? "");
  return hash.digest("hex");
}

function remember(worker: Worker, key: string, names: string[]): void {
  worker.cache.set(key, names);
  if (worker.cache.size > 32) {
    const oldest = worker.cache.keys().next();
    if (!oldest.done) worker.cache.delete(oldest.value);
  }
}

const DAMAGES: [JobFault, Damage][] = [
  ["blank_image", "blank"],
  ["truncated_image", "truncated"],
  ["wrong_size_image", "wrong_size"],
  ["not_an_image", "garbage"],
  ["opaque_image", "opaque"],
  ["empty_cutout", "empty_cutout"],
  ["inverted_cutout", "inverted_cutout"],
  ["input_returned", "input_returned"],
  ["input_ignored", "input_ignored"],
  ["strength_ignored", "strength_ignored"],
];

export function damageOf(strikes: readonly Strike<JobFault>[]): Damage {
  const struck = DAMAGES.find(([fault]) => strikeOf(strikes, fault) !== null);
  return struck === undefined ? null : struck[1];
}
