import { isObject, type JsonObject } from "../http";
import { type EndpointSettings, GPU_TYPES } from "./settings";

export type PatchResult =
  | { ok: true; changes: Partial<EndpointSettings>; isRelease: boolean }
  | { ok: false; errors: string[] };

const MUTABLE = new Set(
  "name gpu cpu workers scaling dataCenterIds networkVolumes timeout flashboot templateId image args disk ports env registry".split(
    " ",
  ),
);

/** Judges a PATCH of the endpoint. All faults at once, as the real service lists them. */
export function parsePatch(body: JsonObject, current: EndpointSettings): PatchResult {
  const errors: string[] = [];
  const changes: Partial<EndpointSettings> = {};
  for (const field of Object.keys(body)) {
    if (field === "type") errors.push("type: cannot be changed");
    else if (!MUTABLE.has(field)) errors.push(`${field}: unknown field`);
  }
  if (body.name !== undefined) {
    if (typeof body.name === "string" && body.name !== "") changes.name = body.name;
    else errors.push("name: must be a non-empty string");
  }
  if (body.scaling !== undefined) readScaling(body.scaling, changes, errors);
  const scaling = changes.scaling ?? current.scaling;
  if (body.workers !== undefined) readWorkers(body.workers, scaling.type, current, changes, errors);
  if (body.timeout !== undefined) {
    if (isWhole(body.timeout, 0, 7 * 86_400_000)) changes.executionTimeoutMs = body.timeout;
    else errors.push("timeout: must be a whole number of milliseconds from 0");
  }
  if (body.flashboot !== undefined) {
    const { flashboot } = body;
    if (flashboot === "OFF" || flashboot === "FLASHBOOT" || flashboot === "PRIORITY_FLASHBOOT")
      changes.flashboot = flashboot;
    else errors.push("flashboot: must be OFF, FLASHBOOT or PRIORITY_FLASHBOOT");
  }
  if (body.gpu !== undefined) readGpu(body.gpu, changes, errors);
  if (body.image !== undefined) {
    if (typeof body.image === "string" && body.image !== "") {
      changes.imageTag = body.image;
      changes.image = body.image.startsWith("runpod/worker-comfyui:") ? "stock" : "custom";
    } else errors.push("image: must be a non-empty string");
  }
  if (errors.length > 0) return { ok: false, errors };
  const isRelease = ["image", "args", "env", "registry", "templateId", "gpu"].some(
    (field) => body[field] !== undefined,
  );
  return { ok: true, changes, isRelease };
}

function readScaling(value: unknown, changes: Partial<EndpointSettings>, errors: string[]): void {
  if (isObject(value) && value.type === "QUEUE_DELAY" && isWhole(value.queueDelay, 1, 3_600)) {
    changes.scaling = { type: "QUEUE_DELAY", queueDelayS: value.queueDelay };
  } else if (isObject(value) && value.type === "REQUEST_COUNT" && isWhole(value.requestCount, 1, 10_000)) {
    changes.scaling = { type: "REQUEST_COUNT", requestCount: value.requestCount };
  } else errors.push("scaling: needs type QUEUE_DELAY with queueDelay or REQUEST_COUNT with requestCount");
}

function readWorkers(
  value: unknown,
  scalingType: string,
  current: EndpointSettings,
  changes: Partial<EndpointSettings>,
  errors: string[],
): void {
  if (!isObject(value)) return void errors.push("workers: must be an object");
  for (const field of Object.keys(value)) {
    if (field !== "min" && field !== "max" && field !== "idleTimeout") errors.push(`workers.${field}: unknown field`);
  }
  if (value.min !== undefined) {
    if (isWhole(value.min, 0, 1_000)) changes.workersMin = value.min;
    else errors.push("workers.min: must be a whole number from 0");
  }
  if (value.max !== undefined) {
    if (isWhole(value.max, 0, 1_000)) changes.workersMax = value.max;
    else errors.push("workers.max: must be a whole number from 0");
  }
  if (value.idleTimeout !== undefined) {
    if (scalingType === "REQUEST_COUNT") errors.push("workers.idleTimeout: not allowed with REQUEST_COUNT scaling");
    else if (isWhole(value.idleTimeout, 1, 3_600)) changes.idleTimeoutS = value.idleTimeout;
    else errors.push("workers.idleTimeout: must be 1 to 3600");
  }
  if ((changes.workersMin ?? current.workersMin) > (changes.workersMax ?? current.workersMax)) {
    errors.push("workers.min: must not be above workers.max");
  }
}

function readGpu(value: unknown, changes: Partial<EndpointSettings>, errors: string[]): void {
  const pool = isObject(value) && Array.isArray(value.pools) ? value.pools[0] : undefined;
  const gpu = GPU_TYPES.find((type) => type.pool === pool);
  if (gpu === undefined)
    return void errors.push(`gpu.pools: must name one of ${GPU_TYPES.map((type) => type.pool).join(", ")}`);
  changes.gpuPool = gpu.pool;
  changes.gpuTypeId = gpu.id;
}

function isWhole(value: unknown, min: number, max: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
}
