import type { Timer } from "../clock";
import type { Picture } from "../draw/render";
import type { Damage } from "../draw/studio";
import type { JobFault } from "../fault-kinds";
import type { Strike } from "../faults";
import type { JsonObject } from "../http";
import type { LedgerEntry } from "../ledger";

export type JobStatus = "IN_QUEUE" | "IN_PROGRESS" | "COMPLETED" | "FAILED" | "CANCELLED" | "TIMED_OUT";

export interface JobPolicy {
  executionTimeoutMs: number | null;
  ttlMs: number;
  lowPriority: boolean;
}

export interface OutputFile {
  filename: string;
  picture: Picture;
  damage: Damage;
}

/** What the handler makes of a job: decided when it starts, told when it ends. */
export interface Outcome {
  executionMs: number;
  status: "COMPLETED" | "FAILED";
  error: string | null;
  details: string[];
  files: OutputFile[];
  /** Strings that ride on a completed job. */
  partialErrors: string[];
  withoutOutput: boolean;
  cacheHit: boolean;
}

export interface RunpodJob {
  id: string;
  sequence: number;
  sync: boolean;
  /** Parsed; null when it was empty, which no worker ever answers well. Large inputs are parsed again from the blob. */
  readInput: () => JsonObject | null;
  inputBlob: string | null;
  /** Names of the uploaded images. */
  operation: string;
  prompt: string;
  webhook: string | null;
  policy: JobPolicy;
  strikes: Strike<JobFault>[];
  status: JobStatus;
  submittedAt: number;
  /** Start of the final attempt. */
  startedAt: number | null;
  finishedAt: number | null;
  delayMs: number | null;
  executionMs: number | null;
  workerId: string | null;
  retries: number;
  outcome: Outcome | null;
  error: string | null;
  /** Drawn when it was submitted, so that the order of submission alone decides it. */
  warmTotalMs: number;
  dispatchMs: number;
  throttledMs: number;
  timers: Timer[];
  ttlTimer: Timer | null;
  truth: LedgerEntry;
}

export function isTerminal(status: JobStatus): boolean {
  return status !== "IN_QUEUE" && status !== "IN_PROGRESS";
}
