import type { ColdStartEvidence } from "./cold-start";
import type { DecisionReceipt } from "./decision";
import type { FailureMode } from "./failure-modes";
import type { GenerationParams } from "./generation-request";
import type {
  AttemptReason,
  AttemptState,
  ColdClass,
  CostKind,
  EventKind,
  GenerationState,
  Operation,
  ProviderId,
  Source,
} from "./vocabulary";

/**
 * A generation as every surface shows it (REST, tRPC, CLI, console): plain JSON, times as epoch milliseconds, money
 * in micro-USD, null for what is not known. REST adds nothing and leaves nothing out.
 */
export interface GenerationSummary {
  id: string;
  environment: string;
  source: Source;
  operation: Operation;
  state: GenerationState;
  /** What the state means to somebody who waits; `starting_worker` only while a cold start is being observed. */
  stage: GenerationStage;
  provider: ProviderId;
  forcedProvider: ProviderId | null;
  revision: number;
  model: string | null;
  prompt: string | null;
  width: number | null;
  height: number | null;
  coldClass: ColdClass | null;
  /** `coldClass === "cold"`; null while unknown. */
  coldStart: boolean | null;
  failureMode: FailureMode | null;
  attemptCount: number;
  latencyMs: number | null;
  /** Parts of the latency that the last attempt explains; null parts were not reported. */
  delayMs: number | null;
  executionMs: number | null;
  storeMs: number | null;
  costMicros: number | null;
  costEstimated: boolean;
  baselineMicros: number | null;
  createdAtMs: number;
  deadlineAtMs: number;
  finishedAtMs: number | null;
  cancelRequested: boolean;
  images: GenerationImage[];
}

export const GENERATION_STAGES = [
  "queued",
  "starting_worker",
  "running",
  "uploading",
  "done",
  "failed",
  "cancelled",
  "censored",
] as const;
export type GenerationStage = (typeof GENERATION_STAGES)[number];

export interface GenerationImage {
  position: number;
  /** Signed and expiring, on our own server; or lasting, on the bucket's own domain. */
  url: string;
  sha256: string;
  mimeType: string;
  width: number;
  height: number;
  sizeBytes: number;
  location: "disk" | "r2";
  /** When its bytes were removed by age; null while they are kept. */
  expiredAtMs: number | null;
}

export interface AttemptView {
  id: string;
  number: number;
  provider: ProviderId;
  reason: AttemptReason;
  state: AttemptState;
  jobId: string | null;
  model: string | null;
  revision: number;
  receipt: DecisionReceipt;
  reservedMicros: number | null;
  costMicros: number | null;
  delayMs: number | null;
  executionMs: number | null;
  storeMs: number | null;
  startUpMs: number | null;
  workerId: string | null;
  coldClass: ColdClass | null;
  coldBecause: string | null;
  coldRule: number | null;
  evidence: ColdStartEvidence | null;
  failureMode: FailureMode | null;
  failureMessage: string | null;
  failureRaw: string | null;
  httpStatus: number | null;
  createdAtMs: number;
  submittedAtMs: number | null;
  startedAtMs: number | null;
  finishedAtMs: number | null;
}

export interface CostLineView {
  kind: CostKind;
  provider: ProviderId;
  costMicros: number;
  units: number | null;
  unit: string | null;
  note: string | null;
}

export interface GenerationEventView {
  id: number;
  kind: EventKind;
  attemptId: string | null;
  atMs: number;
  data: Record<string, unknown> | null;
}

export interface GenerationDetail extends GenerationSummary {
  params: GenerationParams;
  stickyKey: string;
  receipt: DecisionReceipt;
  caller: string;
  idempotencyKey: string | null;
  fallbackAllowed: boolean;
  warnings: string[];
  input: GenerationImage | null;
  attempts: AttemptView[];
  events: GenerationEventView[];
  costLines: CostLineView[];
}
