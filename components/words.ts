import { FAILURE_MODE_INFO, type FailureMode } from "@/server/domain/failure-modes";
import type { GenerationStage } from "@/server/domain/generation-view";
import type {
  ApiScope,
  AttemptReason,
  AttemptState,
  ColdClass,
  CostKind,
  EventKind,
  GenerationState,
  Operation,
  RevisionSource,
  Source,
} from "@/server/domain/vocabulary";

/** The vocabulary as people read it. One word per meaning, the same on every page. */
export const OPERATION_WORDS: Record<Operation, string> = {
  txt2img: "Text to image",
  img2img: "Image to image",
  remove_background: "Remove background",
};

export const STATE_WORDS: Record<GenerationState, string> = {
  queued: "Queued",
  submitting: "Submitting",
  running: "Running",
  storing: "Storing",
  succeeded: "Succeeded",
  failed: "Failed",
  cancelled: "Cancelled",
  censored: "End unknown",
};

export const STAGE_WORDS: Record<GenerationStage, string> = {
  queued: "Queued",
  starting_worker: "Starting worker",
  running: "Running",
  uploading: "Uploading",
  done: "Done",
  failed: "Failed",
  cancelled: "Cancelled",
  censored: "End unknown",
};

export const COLD_WORDS: Record<ColdClass, string> = {
  warm: "Warm",
  queued: "Queued",
  cold: "Cold",
  throttled: "Throttled",
  unknown: "Unknown",
};

export const COLD_EXPLANATIONS: Record<ColdClass, string> = {
  warm: "a worker was ready",
  queued: "waited behind other jobs, not for a worker to start",
  cold: "waited for a worker to start",
  throttled: "the provider had no worker to give",
  unknown: "the evidence does not settle it",
};

export const SOURCE_WORDS: Record<Source, string> = {
  api: "API",
  cli: "CLI",
  playground: "Playground",
  checklist: "Checklist",
  batch: "Batch",
  report: "Report",
  import: "Import",
};

export const REVISION_SOURCE_WORDS: Record<RevisionSource, string> = {
  initial: "as set at the first start",
  env: "by IMAGE_GENERATION_PROVIDER",
  console: "in the console",
  cli: "from the command line",
  api: "through the API",
  automation: "by automation",
};

export const ATTEMPT_STATE_WORDS: Record<AttemptState, string> = {
  intent: "About to be sent",
  submitted: "Submitted",
  running: "Running",
  succeeded: "Succeeded",
  failed: "Failed",
  cancelled: "Cancelled",
  not_sent: "Not sent",
  ambiguous: "Unclear whether it was taken",
  orphan: "Taken, but nobody waits for it",
};

export const ATTEMPT_REASON_WORDS: Record<AttemptReason, string> = {
  primary: "first try",
  retry: "retry",
  fallback: "fallback",
};

export const COST_WORDS: Record<CostKind, string> = {
  generation: "Generation",
  execution: "Execution",
  start_up: "Cold start",
  idle_tail: "Idle time after",
  storage: "Storage",
  failed: "Failed attempt",
  cancelled: "Cancelled attempt",
  reserved: "Reserved",
  standing_worker: "Standing worker",
  unexplained: "Billed, not explained",
};

export const EVENT_WORDS: Record<EventKind, string> = {
  accepted: "Accepted",
  decided: "Provider decided",
  intent: "Intent written",
  submitted: "Submitted",
  submit_failed: "Submitting failed",
  attempt_failed: "Attempt failed",
  ambiguous: "Unclear whether the provider took it",
  adopted: "Found again at the provider",
  started: "Started running",
  progress: "Progress",
  starting_worker: "Waiting for a worker to start",
  fetched: "Picture fetched",
  gate_failed: "Picture refused",
  storing: "Storing",
  cancel_requested: "Cancel requested",
  taken_over: "Taken over by another instance",
  late_result: "A result came late",
  succeeded: "Succeeded",
  failed: "Failed",
  cancelled: "Cancelled",
};

export const SCOPE_WORDS: Record<ApiScope, { title: string; explanation: string }> = {
  generate: { title: "Generate", explanation: "Ask for images and read the results" },
  read: { title: "Read", explanation: "List and read all generations of the environment" },
  choose_provider: { title: "Choose provider", explanation: "Name the provider instead of leaving it to the rollout" },
  report: { title: "Report", explanation: "Report generations that ran elsewhere" },
  operate: { title: "Operate", explanation: "Roll back, change the share, resume" },
  admin: { title: "Admin", explanation: "Everything that an administrator may do" },
};

export function failureTitle(mode: FailureMode): string {
  return FAILURE_MODE_INFO[mode].title;
}

/** `production` as `Production`: environments are named by their operators, in lower case. */
export function environmentWord(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
