/** Faults of one HTTP call: it may be refused, hang or break before (or, `accept_…`, after) its work is done. */
export const HTTP_FAULTS = [
  "rate_limited",
  "hang",
  "reset",
  "accept_then_hang",
  "accept_then_reset",
  "server_error",
  "malformed_json",
  "unauthorized",
  "forbidden",
  "payment_required",
  "not_found",
  "concurrency_limit",
] as const;

/** Faults of one job, whatever calls are made about it. */
export const JOB_FAULTS = [
  "cold",
  "cold_too_long",
  "slow",
  "never_finishes",
  "out_of_memory",
  "cuda_out_of_memory",
  "missing_model",
  "missing_node",
  "node_exception",
  "history_race",
  "history_missing",
  "no_outputs",
  "image_fetch_failed",
  "websocket_drop",
  "websocket_exhausted",
  "comfyui_unreachable",
  "queue_error",
  "upload_failed",
  "success_no_images",
  "partial_errors",
  "handler_exception",
  "worker_crash",
  "worker_crash_once",
  "timed_out",
  "failure",
  "blank_image",
  "truncated_image",
  "wrong_size_image",
  "not_an_image",
  "opaque_image",
  "empty_cutout",
  "inverted_cutout",
  "input_returned",
  "input_ignored",
  "strength_ignored",
  "completed_without_output",
  "unknown_status",
  "lost_webhook",
  "late_webhook",
  "repeated_webhook",
  "expired_result",
] as const;

/** Faults of the world for as long as their rule is in force: they need no request to be there. */
export const WORLD_FAULTS = [
  "workers_throttled",
  "workers_unhealthy",
  "workers_max_zero",
  "key_revoked",
  "any_key",
] as const;

/** Faults of the object store alone. */
export const STORE_FAULTS = ["wrong_bytes", "unavailable"] as const;

export type HttpFault = (typeof HTTP_FAULTS)[number];
export type JobFault = (typeof JOB_FAULTS)[number];
export type WorldFault = (typeof WORLD_FAULTS)[number];
export type StoreFault = (typeof STORE_FAULTS)[number];
export type FaultKind = HttpFault | JobFault | WorldFault | StoreFault;

const KNOWN = new Set<string>([...HTTP_FAULTS, ...JOB_FAULTS, ...WORLD_FAULTS, ...STORE_FAULTS]);
const HTTP = new Set<string>(HTTP_FAULTS);
const JOB = new Set<string>(JOB_FAULTS);
const STORE = new Set<string>(STORE_FAULTS);

/** Short forms for people who type a fault into a prompt. */
const ALIASES: Record<string, FaultKind> = {
  oom: "out_of_memory",
  blank: "blank_image",
  truncated: "truncated_image",
  wrong_size: "wrong_size_image",
  garbage: "not_an_image",
  crash: "worker_crash",
  fail: "failure",
  hangs: "hang",
  "429": "rate_limited",
  "500": "server_error",
  "401": "unauthorized",
  "403": "forbidden",
  "402": "payment_required",
  cold_start_timeout: "cold_too_long",
};

export const isHttpFault = (kind: FaultKind): kind is HttpFault => HTTP.has(kind);
export const isJobFault = (kind: FaultKind): kind is JobFault => JOB.has(kind);
export const isStoreFault = (kind: FaultKind): kind is StoreFault => STORE.has(kind);

/** The fault of this name or short form, null when there is none. */
export function faultNamed(name: string): FaultKind | null {
  const full = ALIASES[name] ?? name;
  return KNOWN.has(full) ? (full as FaultKind) : null; // membership was just checked
}

export function allFaultNames(): string[] {
  return [...KNOWN];
}
