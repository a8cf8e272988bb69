import type { Reading } from "../provider-failure";
import { handlerExceptionSchema, refusalSchema } from "./schemas";

interface Rule {
  pattern: RegExp;
  mode: Reading["mode"];
  retryable: boolean;
}

/** A loader's input: what it names is a file that the worker's image should have brought. */
const LOADER_INPUT = /^(ckpt|unet|vae|clip|lora|model|control_net|style_model|bg_removal|upscale_model)\w*$/;
const NOT_IN_LIST = /(\w+): '([^']*)' not in/;

/**
 * Every text of worker-comfyui and RunPod that the contract lists, first match wins. The order matters: the same
 * job may say both "failed" and why, and a general text must not hide a particular one.
 */
const RULES: readonly Rule[] = [
  {
    pattern: /ran out of memory on your GPU|Allocation on device|CUDA out of memory|OutOfMemory|\bOOM\b|out of memory/i,
    mode: "out_of_memory",
    retryable: false,
  },
  { pattern: /nsfw|content polic|moderat|safety check/i, mode: "content_rejected", retryable: false },
  { pattern: /No checkpoint models appear to be available/, mode: "model_not_found", retryable: false },
  { pattern: /\.(safetensors|ckpt|pth?|gguf|sft)\b.{0,40}not found/i, mode: "model_not_found", retryable: false },
  // The image lacks a node: as with a missing checkpoint, only another image or provider helps.
  { pattern: /Node '[^']*' not found|missing_node_type/, mode: "model_not_found", retryable: false },
  { pattern: /value_(smaller_than_min|bigger_than_max)|Invalid image file/, mode: "invalid_request", retryable: false },
  { pattern: /Error decoding base64/, mode: "invalid_request", retryable: false },
  {
    pattern: /Please provide input|Invalid JSON format in input|Missing 'workflow' parameter|'images' must be a list/,
    mode: "invalid_request",
    retryable: false,
  },
  // A graph that ComfyUI refuses is the operator's fault and not the caller's: another provider may serve.
  {
    pattern: /Prompt has no outputs|Workflow validation failed|'list' object has no attribute/,
    mode: "unknown",
    retryable: false,
  },
  { pattern: /executionTimeout exceeded/i, mode: "timeout", retryable: true },
  // Not a time-out, whatever it says: the worker died or lost the job, and RunPod's own retry did as well.
  { pattern: /job timed out after \d+ retries/, mode: "provider_unavailable", retryable: true },
  { pattern: /Error uploading .+ to S3/, mode: "storage_failed", retryable: true },
  {
    pattern: /Timeout uploading|Error uploading|Failed to upload one or more input/,
    mode: "provider_unavailable",
    retryable: true,
  },
  {
    pattern:
      /ComfyUI server .*not reachable|WebSocket communication error|HTTP communication error|Error queuing workflow|GPU is not available/,
    mode: "provider_unavailable",
    retryable: true,
  },
  {
    pattern: /Workflow monitoring loop exited|Missing 'prompt_id' in queue response/,
    mode: "provider_unavailable",
    retryable: true,
  },
  { pattern: /Workflow execution error/, mode: "unknown", retryable: true },
  {
    pattern: /not found in history|No outputs found in history|Failed to fetch image data/,
    mode: "bad_output",
    retryable: true,
  },
];

/**
 * A failed job in our words. RunPod's `error` is often just "Job processing failed"; what happened stands in the
 * handler's `details`, so both are read, details first.
 */
export function jobFailureReading(error: string | null, details: readonly string[]): Reading {
  const words = error === null ? null : handlerWords(error);
  const all = [...details, ...(words === null ? [] : [words])].join("\n");
  const said = details[0] ?? words ?? "the job failed and gives no reason";
  const message = `ComfyUI: ${firstLines(said)}`;
  const notInList = NOT_IN_LIST.exec(all);
  if (notInList && /value_not_in_list/.test(all)) {
    const [, input = "", value = ""] = notInList;
    if (!LOADER_INPUT.test(input)) {
      return {
        mode: "invalid_request",
        message: `ComfyUI: ${input} '${value}' is not known to the worker`,
        retryable: false,
      };
    }
    return { mode: "model_not_found", message: `ComfyUI: the worker has no ${value} (${input})`, retryable: false };
  }
  const rule = RULES.find((candidate) => candidate.pattern.test(all));
  return rule ? { mode: rule.mode, message, retryable: rule.retryable } : { mode: "unknown", message };
}

/** A refused call on the job plane: `detail`, then `error`, then `message`. */
export function explainRefusal(status: number, body: unknown, text: string): Partial<Reading> | null {
  const parsed = refusalSchema.safeParse(body);
  const { detail, error, message, title } = parsed.success ? parsed.data : {};
  const fromBody = detail ?? (typeof error === "string" ? error : null) ?? message ?? title;
  const said = fromBody ?? (text.startsWith("<") ? null : firstLines(text.slice(0, 300)) || null);
  if (status === 404) {
    const message404 = `${said ?? "not found"} (is RUNPOD_COMFYUI_ENDPOINT_ID right?)`;
    return { mode: "provider_unavailable", message: message404, retryable: false };
  }
  return said ? { message: said } : null;
}

function handlerWords(error: string): string {
  if (!error.startsWith("{")) return error;
  try {
    const parsed = handlerExceptionSchema.safeParse(JSON.parse(error));
    if (!parsed.success) return error;
    return [parsed.data.error_type, parsed.data.error_message].filter(Boolean).join(": ");
  } catch {
    return error;
  }
}

/** The part of a message that people can use: without tips and tracebacks. */
function firstLines(text: string): string {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return (lines[0] === "Workflow validation failed:" ? lines.slice(0, 2).join(" ") : (lines[0] ?? "")).slice(0, 500);
}
