/** The closed word lists of the product. A new word is added here and nowhere else. */

export const PROVIDER_IDS = ["scenario", "comfyui"] as const;
export type ProviderId = (typeof PROVIDER_IDS)[number];
/** The provider that we leave, and the one that we move to. */
export const CONTROL: ProviderId = "scenario";
export const CANDIDATE: ProviderId = "comfyui";
export const PROVIDER_NAMES: Record<ProviderId, string> = { scenario: "Scenario", comfyui: "ComfyUI" };

/** `runpod` is accepted wherever a provider is named and means `comfyui`. Null: no such provider. */
export function parseProviderId(value: string): ProviderId | null {
  const word = value.trim().toLowerCase();
  if (word === "runpod") return "comfyui";
  return PROVIDER_IDS.find((id) => id === word) ?? null;
}
export const PROVIDER_WORDS = [...PROVIDER_IDS, "runpod"] as const;

export const OPERATIONS = ["txt2img", "img2img", "remove_background"] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Where no real provider is called. Its rows never mix with another environment's. */
export const SANDBOX_ENVIRONMENT = "sandbox";

/** `censored`: imported history that was cut off before its end. Neither a success nor a failure, and no work for anybody. */
export const GENERATION_STATES = [
  "queued",
  "submitting",
  "running",
  "storing",
  "succeeded",
  "failed",
  "cancelled",
  "censored",
] as const;
export type GenerationState = (typeof GENERATION_STATES)[number];
export const TERMINAL_STATES = [
  "succeeded",
  "failed",
  "cancelled",
  "censored",
] as const satisfies readonly GenerationState[];
export function isTerminal(state: GenerationState): boolean {
  return (TERMINAL_STATES as readonly GenerationState[]).includes(state);
}

/**
 * An attempt is written as `intent` before the provider is called. `not_sent`: the provider provably never took it.
 * `ambiguous`: it may have; its reservation stands until the truth is known. `orphan`: it did, and nobody waits for it.
 */
export const ATTEMPT_STATES = [
  "intent",
  "submitted",
  "running",
  "succeeded",
  "failed",
  "cancelled",
  "not_sent",
  "ambiguous",
  "orphan",
] as const;
export type AttemptState = (typeof ATTEMPT_STATES)[number];

export const ATTEMPT_REASONS = ["primary", "retry", "fallback"] as const;
export type AttemptReason = (typeof ATTEMPT_REASONS)[number];

/** Who asked. Only `api` and `cli` traffic counts in the success and latency numbers by default. */
export const SOURCES = ["api", "cli", "playground", "checklist", "batch", "report", "import"] as const;
export type Source = (typeof SOURCES)[number];

export const COLD_CLASSES = ["warm", "queued", "cold", "throttled", "unknown"] as const;
export type ColdClass = (typeof COLD_CLASSES)[number];

export const PHASES = ["validation", "canary", "gradual", "deprecation"] as const;
export type Phase = (typeof PHASES)[number];

export const REVISION_SOURCES = ["initial", "env", "console", "cli", "api", "automation"] as const;
export type RevisionSource = (typeof REVISION_SOURCES)[number];

export const EVENT_KINDS = [
  "accepted",
  "decided",
  "intent",
  "submitted",
  "submit_failed",
  "attempt_failed",
  "ambiguous",
  "adopted",
  "started",
  "progress",
  "starting_worker",
  "fetched",
  "gate_failed",
  "storing",
  "cancel_requested",
  "taken_over",
  "late_result",
  "succeeded",
  "failed",
  "cancelled",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** `operate` moves traffic: roll back, change the share, resume. */
export const API_SCOPES = ["generate", "read", "choose_provider", "report", "operate", "admin"] as const;
export type ApiScope = (typeof API_SCOPES)[number];

export const COST_KINDS = [
  "generation",
  "execution",
  "start_up",
  "idle_tail",
  "storage",
  "failed",
  "cancelled",
  "reserved",
  /** Of an environment, not of a generation: workers kept without work, and what a bill holds beyond our lines. */
  "standing_worker",
  "unexplained",
] as const;
export type CostKind = (typeof COST_KINDS)[number];

/**
 * What a price is for. `creative_unit` is Scenario's billing unit; `gpu_second` is a second of one GPU at RunPod; the
 * classes are R2's: A writes and lists, B reads.
 */
export const PRICE_UNITS = [
  "image",
  "creative_unit",
  "gpu_second",
  "gb_month",
  "class_a_operation",
  "class_b_operation",
] as const;
export type PriceUnit = (typeof PRICE_UNITS)[number];

/** Who sends a bill: the providers, and where pictures are kept. */
export const SELLERS = [...PROVIDER_IDS, "r2"] as const;
export type Seller = (typeof SELLERS)[number];
export const SELLER_NAMES: Record<Seller, string> = { ...PROVIDER_NAMES, r2: "R2" };

/** Places for people. Today every person is an admin; what the others may do comes with roles. */
export const ROLES = ["viewer", "operator", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** The plan's emergency checklist, in its order. The first three tick themselves; a person writes the last. */
export const INCIDENT_ITEMS = ["provider_set", "control_verified", "error_rate_back", "root_cause"] as const;
export type IncidentItem = (typeof INCIDENT_ITEMS)[number];

/** What an operator does with jobs that were at the candidate when it was left. */
export const IN_FLIGHT_CHOICES = ["drain", "cancel_and_resend"] as const;
export type InFlightChoice = (typeof IN_FLIGHT_CHOICES)[number];
