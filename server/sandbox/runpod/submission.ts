import { isObject, type JsonObject } from "../http";
import { promptOf } from "./comfyui-evaluate";
import type { Submission } from "./new-job";

/** A string is what is wrong with the body. An empty `input` is accepted here, as the real service does. */
export function parseSubmission(body: unknown): Submission | string {
  if (!isObject(body)) return "body: must be a json object";
  if (!("input" in body)) return "body: missing input";
  const { input, webhook, policy = {} } = body;
  if (webhook !== undefined && (typeof webhook !== "string" || !/^https?:\/\//.test(webhook)))
    return "webhook: must be a url";
  if (!isObject(policy)) return "policy: must be an object";
  const executionTimeout = policy.executionTimeout;
  const ttl = policy.ttl ?? 86_400_000;
  const week = 7 * 86_400_000;
  if (executionTimeout !== undefined && !isBetween(executionTimeout, 5_000, week)) {
    return `policy.executionTimeout: must be between 5000 and ${week}`;
  }
  if (!isBetween(ttl, 10_000, week)) return `policy.ttl: must be between 10000 and ${week}`;
  const isEmpty = input === "" || !(isObject(input) ? Object.keys(input).length > 0 : typeof input === "string");
  return {
    input: isEmpty ? null : isObject(input) ? input : parseText(String(input)),
    webhook: webhook ?? null,
    policy: { executionTimeoutMs: executionTimeout ?? null, ttlMs: ttl, lowPriority: policy.lowPriority === true },
  };
}

/** The handler parses text itself; what it cannot parse stays text and fails there. */
function parseText(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : { text };
  } catch {
    return { text };
  }
}

function isBetween(value: unknown, min: number, max: number): value is number {
  return typeof value === "number" && value >= min && value <= max;
}

/** The prompt and what kind of work it is, as well as they can be told from outside. */
export function describeInput(input: JsonObject | null): { prompt: string; operation: string } {
  const workflow = isObject(input?.workflow) ? input.workflow : {};
  const classes = new Set<unknown>();
  let prefix = "";
  for (const node of Object.values(workflow)) {
    if (!isObject(node)) continue;
    classes.add(node.class_type);
    if (node.class_type === "SaveImage" && isObject(node.inputs)) prefix = String(node.inputs.filename_prefix ?? "");
  }
  const images = Array.isArray(input?.images) ? input.images : [];
  const names = images.map((image) => (isObject(image) ? String(image.name ?? "") : "")).join(" ");
  const removes = [...classes].some((name) => typeof name === "string" && /RMBG|RemoveBackground|rembg/i.test(name));
  const operation = classes.has("KSampler")
    ? classes.has("VAEEncode")
      ? "img2img"
      : "txt2img"
    : removes
      ? "remove_background"
      : "other";
  // Background removal has no prompt: a fault may be named by the file names there.
  return { prompt: promptOf(workflow) || `${names} ${prefix}`.trim(), operation };
}
