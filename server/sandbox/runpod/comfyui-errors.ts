import type { JobFault } from "../fault-kinds";
import type { Strike } from "../faults";
import { uuidOf } from "../random";
import type { Verdict } from "./comfyui-validate";
import { pythonRepr } from "./python-repr";

/** What the handler gives back when it fails: `error` for the job, `details` for its output. */
export interface HandlerFailure {
  error: string;
  details: string[];
}

/** The worker's text for ComfyUI's 400, as its `queue_workflow` writes it. */
export function validationFailure(verdict: Verdict & { ok: false }, checkpoints: readonly string[]): HandlerFailure {
  const message =
    verdict.error.type === "prompt_outputs_failed_validation"
      ? "Workflow validation failed"
      : String(verdict.error.message);
  const lines = Object.entries(verdict.nodeErrors).flatMap(([id, entry]) => [
    `Node ${id} (errors): ${pythonRepr(entry.errors)}`,
    `Node ${id} (dependent_outputs): ${pythonRepr(entry.dependent_outputs)}`,
    `Node ${id} (class_type): ${entry.class_type}`,
  ]);
  if (lines.length === 0) {
    const raw = JSON.stringify({ error: verdict.error, node_errors: verdict.nodeErrors });
    return { error: `${message}. Raw response: ${raw}`, details: [] };
  }
  let text = `${message}:\n${lines.map((line) => `• ${line}`).join("\n")}`;
  if (lines.some((line) => line.includes("not in list") || line.includes("not in ["))) {
    if (lines.some((line) => line.includes("ckpt_name"))) text += `\n\n${modelsLine(checkpoints)}`;
  }
  return { error: text, details: [] };
}

function modelsLine(checkpoints: readonly string[]): string {
  return checkpoints.length > 0
    ? `Available checkpoint models: ${checkpoints.join(", ")}`
    : "No checkpoint models appear to be available. Please check your model installation.";
}

const OOM =
  "Allocation on device \nThis error means you ran out of memory on your GPU.\n\nTIPS: If the workflow worked before you might have accidentally set the batch_size to a large number.";
const CUDA_OOM =
  "CUDA out of memory. Tried to allocate 2.25 GiB. GPU 0 has a total capacity of 23.64 GiB of which 1.12 GiB is free.";

/** The texts of a job that a fault makes fail, null when the fault does not make it fail in the handler. */
export function faultFailure(
  strike: Strike<JobFault>,
  job: { jobId: string; samplerId: string; firstFile: string; firstUpload: string | null },
): HandlerFailure | null {
  const promptId = uuidOf("prompt", job.jobId);
  const execution = (node: string, id: string, message: string) =>
    `Workflow execution error: Node Type: ${node}, Node ID: ${id}, Message: ${message}`;
  const notInHistory = `Prompt ID ${promptId} not found in history after execution.`;
  switch (strike.kind) {
    case "out_of_memory":
      return { error: "Job processing failed", details: [execution("KSampler", job.samplerId, OOM)] };
    case "cuda_out_of_memory":
      return { error: "Job processing failed", details: [execution("KSampler", job.samplerId, CUDA_OOM)] };
    case "history_race":
      return {
        error: "Job processing failed, prompt ID not found in history.",
        details: [execution("KSampler", job.samplerId, OOM), notInHistory],
      };
    case "history_missing":
      return { error: notInHistory, details: [] };
    case "failure":
    case "node_exception":
      return {
        error: "Job processing failed",
        details: [execution("VAEDecode", "8", "The size of tensor a (64) must match the size of tensor b (77)")],
      };
    case "no_outputs":
      return { error: "Job processing failed", details: [`No outputs found in history for prompt ${promptId}.`] };
    case "image_fetch_failed":
      return {
        error: "Job processing failed",
        details: [`Failed to fetch image data for ${job.firstFile} from /view endpoint.`],
      };
    case "websocket_drop":
      return {
        error: "WebSocket communication error: ComfyUI HTTP unreachable during websocket reconnect",
        details: [],
      };
    case "websocket_exhausted":
      return {
        error:
          "WebSocket communication error: Connection closed and failed to reconnect. Last error: [Errno 111] Connection refused",
        details: [],
      };
    case "comfyui_unreachable":
      return { error: "ComfyUI server (127.0.0.1:8188) not reachable after multiple retries.", details: [] };
    case "queue_error":
      return {
        error: "Error queuing workflow: 500 Server Error: Internal Server Error for url: http://127.0.0.1:8188/prompt",
        details: [],
      };
    case "upload_failed":
      return {
        error: "Failed to upload one or more input images",
        details: [`Timeout uploading ${job.firstUpload ?? "input.png"}`],
      };
    case "handler_exception":
      return {
        error: JSON.stringify({
          error_type: "<class 'RuntimeError'>",
          error_message: "Unexpected failure in handler",
          error_traceback: 'Traceback (most recent call last):\n  File "/handler.py", line 1, in handler\nRuntimeError',
          hostname: "sandbox-64410f00",
          worker_id: "sandbox",
          runpod_version: "1.7.12",
        }),
        details: [],
      };
    default:
      return null;
  }
}
