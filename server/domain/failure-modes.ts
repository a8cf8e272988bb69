export const FAILURE_MODES = [
  "cold_start_timeout",
  "timeout",
  "model_not_found",
  "rate_limited",
  "out_of_memory",
  "invalid_request",
  "content_rejected",
  "auth_failed",
  "provider_unavailable",
  "bad_output",
  "storage_failed",
  "cancelled",
  "unknown",
] as const;
export type FailureMode = (typeof FAILURE_MODES)[number];

export interface FailureModeInfo {
  title: string;
  symptom: string;
  mitigation: string;
  /** May the same provider be tried again for the same request, within the generation's deadline? */
  mayRetry: boolean;
  /** May another provider be tried? Never where the request itself is at fault. */
  mayFallBack: boolean;
}

/** The first four are the rollout plan's "Known Failure Modes", in its words. */
export const FAILURE_MODE_INFO: Record<FailureMode, FailureModeInfo> = {
  cold_start_timeout: {
    title: "Cold start timeout",
    symptom: "No answer before the time-out while a worker was still starting.",
    mitigation: "Increase the timeout or set min workers to 1.",
    mayRetry: true,
    mayFallBack: true,
  },
  timeout: {
    title: "Timeout",
    symptom: "The job ran or waited longer than its deadline.",
    mitigation: "Look at the queue and the execution times; raise the deadline or add workers.",
    mayRetry: true,
    mayFallBack: true,
  },
  model_not_found: {
    title: "Model not found",
    symptom: "The checkpoint file (for example flux1-dev-fp8.safetensors) is missing on the worker.",
    mitigation: "Verify that the worker image was built with the model downloads.",
    // The same image gives the same answer each time; only another provider can help.
    mayRetry: false,
    mayFallBack: true,
  },
  rate_limited: {
    title: "Rate limited",
    symptom: "429 errors from the provider.",
    mitigation: "Throttle in the client or upgrade the provider's plan.",
    mayRetry: true,
    mayFallBack: true,
  },
  out_of_memory: {
    title: "Out of memory",
    symptom: "The run ends with an out-of-memory error of the GPU.",
    mitigation: "Use a GPU with more VRAM (L40 or A100 instead of A10), or a smaller size.",
    mayRetry: false,
    mayFallBack: true,
  },
  invalid_request: {
    title: "Invalid request",
    symptom: "The provider refused the request as it stands.",
    mitigation: "Correct the field that the message names; sending it again gives the same answer.",
    mayRetry: false,
    mayFallBack: false,
  },
  content_rejected: {
    title: "Content rejected",
    symptom: "The provider's moderation refused the prompt or the picture.",
    mitigation: "Change the prompt; it is never sent to the other provider.",
    mayRetry: false,
    mayFallBack: false,
  },
  auth_failed: {
    title: "Authentication failed",
    symptom: "The provider refused our credentials, or the account has no credit left.",
    mitigation: "Check the provider's key and its rights, and the account's balance.",
    mayRetry: true,
    mayFallBack: true,
  },
  provider_unavailable: {
    title: "Provider unavailable",
    symptom: "The provider could not be reached or answered with a server error.",
    mitigation: "Watch the provider's status page; roll back if it lasts.",
    mayRetry: true,
    mayFallBack: true,
  },
  bad_output: {
    title: "Bad output",
    symptom: "The job ended well but its picture is missing, truncated, blank or of the wrong size.",
    mitigation: "Open the evidence; check the workflow and the worker's health.",
    mayRetry: true,
    mayFallBack: true,
  },
  storage_failed: {
    title: "Storage failed",
    symptom: "The picture was made but could not be stored and read back.",
    mitigation: "Check the disk's free space or the bucket's credentials.",
    mayRetry: true,
    mayFallBack: true,
  },
  cancelled: {
    title: "Cancelled",
    symptom: "The caller, or somebody at the provider, cancelled the job.",
    mitigation: "Nothing to do.",
    mayRetry: false,
    mayFallBack: false,
  },
  unknown: {
    title: "Unknown",
    symptom: "The provider's message fits none of the known failures.",
    mitigation: "Read the raw message; report it so that it gets a name.",
    mayRetry: true,
    mayFallBack: true,
  },
};
