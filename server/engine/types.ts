import type pg from "pg";
import type { Config } from "@/server/config";
import type { ColdStartEvidence } from "@/server/domain/cold-start";
import type { DecisionReceipt } from "@/server/domain/decision";
import type { FailureMode } from "@/server/domain/failure-modes";
import type { GenerationParams } from "@/server/domain/generation-request";
import type {
  AttemptReason,
  AttemptState,
  ColdClass,
  CostKind,
  GenerationState,
  PriceUnit,
  ProviderId,
  Source,
} from "@/server/domain/vocabulary";
import type { ImageService, StoredImage } from "@/server/images/image-service";
import type { Log } from "@/server/log";
import type { PriceBook } from "@/server/prices/price-book";
import type { ImageProvider } from "@/server/providers/types";

export interface EngineDeps {
  /** The worker pool. */
  pool: pg.Pool;
  config: Config;
  /** Null where the provider is not configured in that environment. */
  provider(environment: string, id: ProviderId): ImageProvider | null;
  images: ImageService;
  prices: PriceBook;
  /** Signs the notification addresses. */
  secret: Buffer;
  /** Where providers of this environment can reach us; null: polling alone. */
  webhookBase(environment: string): string | null;
  instanceId: string;
  log: Log;
}

/** A generation that this process holds, as the claim returned it. Times are the database's, as distances from now. */
export interface ClaimedGeneration {
  id: string;
  fence: number;
  environment: string;
  source: Source;
  state: GenerationState;
  provider: ProviderId;
  forcedProvider: ProviderId | null;
  revision: number;
  fallbackAllowed: boolean;
  nextReason: AttemptReason;
  attemptCount: number;
  crashCount: number;
  pollCount: number;
  cancelRequested: boolean;
  /** The job is to be stopped where it is and sent again by the route in force. */
  resendRequested: boolean;
  /** Until the generation's deadline, as of the claim; negative after it. */
  remainingMs: number;
  /** Just before the claim was asked for, by this process's own steady clock. */
  claimedAtMs: number;
  ageMs: number;
  /** By the database's clock; with `ageMs` the moment of the claim by it. */
  createdAtMs: number;
  params: GenerationParams;
  stickyKey: string;
  inputSha256: string | null;
  inputKey: string | null;
  inputLocation: "disk" | "r2" | null;
  inputDiskId: string | null;
  inputMimeType: string | null;
  inputSize: { width: number; height: number };
}

/** Until the generation's deadline, now: a step may have taken a minute since the claim. */
export function remainingMs(generation: Pick<ClaimedGeneration, "remainingMs" | "claimedAtMs">): number {
  return generation.remainingMs - (performance.now() - generation.claimedAtMs);
}

/** The attempt that a claimed generation is on. */
export interface OpenAttempt {
  id: string;
  number: number;
  environment: string;
  provider: ProviderId;
  state: AttemptState;
  jobId: string | null;
  model: string | null;
  reservedMicros: number | null;
  quotedUnits: number | null;
  missingCount: number;
  evidence: Partial<ColdStartEvidence> | null;
  started: boolean;
  /** Until the attempt's own deadline, which leaves time for a fallback; negative after it. */
  remainingMs: number;
  ageMs: number;
  /** Since the provider took the job; null before that. */
  submittedAgeMs: number | null;
}

export interface Intent {
  attemptId: string;
  generation: ClaimedGeneration;
  number: number;
  provider: ProviderId;
  reason: AttemptReason;
  receipt: DecisionReceipt;
  reservedMicros: number | null;
  attemptMs: number;
}

/** One line of the ledger as it is written; units and price are null where nothing was counted (a reservation). */
export interface LedgerLine {
  kind: CostKind;
  costMicros: number;
  units: number | null;
  unit: PriceUnit | null;
  priceId: string | null;
  note: string | null;
}

/** What came of an attempt, whole: written in one statement with the generation's end or its next try. */
export interface AttemptOutcome {
  attemptId: string;
  state: Extract<AttemptState, "succeeded" | "failed" | "cancelled" | "not_sent" | "ambiguous">;
  failureMode: FailureMode | null;
  failureMessage: string | null;
  failureRaw: string | null;
  httpStatus: number | null;
  delayMs: number | null;
  executionMs: number | null;
  storeMs: number | null;
  workerId: string | null;
  coldClass: ColdClass | null;
  coldRule: number | null;
  coldBecause: string | null;
  startUpMs: number | null;
  evidence: ColdStartEvidence | null;
  billedUnits: number | null;
  /** Null: not known (a price is missing), never zero by default. */
  costMicros: number | null;
  lines: LedgerLine[];
}

/** How a generation goes on: to its end, or back into the queue for another attempt. */
export type Ending =
  | {
      kind: "end";
      state: "succeeded" | "failed" | "cancelled";
      failureMode: FailureMode | null;
      coldClass: ColdClass | null;
      images: StoredImage[];
      baselineMicros: number | null;
      warnings: string[];
      message: string | null;
    }
  | { kind: "again"; reason: "retry" | "fallback"; inMs: number };
