import type { WorkerCounts } from "@/server/domain/cold-start";
import type { GenerationParams } from "@/server/domain/generation-request";
import type { Operation, ProviderId } from "@/server/domain/vocabulary";
import type { ProviderError } from "@/server/errors";

export interface InputImage {
  bytes: Uint8Array;
  mimeType: "image/png" | "image/jpeg" | "image/webp";
  sha256: string;
  width: number;
  height: number;
}

/** One generation as handed to a provider. The gateway has checked it against the provider's limits already. */
export interface ProviderRequest extends GenerationParams {
  /** Chosen by the gateway when the caller left it open, so that a result can be made again; null without seeds. */
  seed: number | null;
  image: InputImage | null;
}

export interface CallOptions {
  signal: AbortSignal;
}

export interface SubmitOptions extends CallOptions {
  attemptId: string;
  /** Unguessable address for the provider's notification; null where the installation has no address to give. */
  webhookUrl: string | null;
  /** Time that the generation still has; becomes the job's own limits at the provider where it knows any. */
  remainingMs: number;
}

export interface SubmitResult {
  jobId: string;
  model: string;
  /** What the provider says it will bill, in its own units; null where it says nothing. */
  quotedUnits: number | null;
  /** What the provider cannot honour (a negative prompt, a size), said instead of dropped. */
  warnings: string[];
}

/** All times in milliseconds; null wherever the provider reports nothing: missing is not zero. */
export interface JobTiming {
  delayMs: number | null;
  executionMs: number | null;
  /** Scenario's `warming-up` span; 0 when its history has none; null for a provider without such a history. */
  warmingUpMs: number | null;
  workerId: string | null;
  /** The platform's own re-dispatches. */
  retries: number | null;
}

/** A result's place: bytes that came with the answer, or an address from it (never given our credentials). */
export type ImageOutput =
  | { index: number; kind: "bytes"; bytes: Uint8Array }
  | { index: number; kind: "url"; url: string };

export type JobState =
  | { phase: "queued"; timing: JobTiming; workerStarting: boolean | null }
  | { phase: "running"; timing: JobTiming; progress: number | null }
  | { phase: "succeeded"; timing: JobTiming; images: ImageOutput[]; billedUnits: number | null; warnings: string[] }
  | { phase: "failed"; timing: JobTiming; error: ProviderError; billedUnits: number | null }
  | { phase: "cancelled"; timing: JobTiming; billedUnits: number | null }
  /** The provider does not know the job: not yet, or not any more. Three in a row end the wait. */
  | { phase: "missing"; timing: JobTiming };

export interface CancelResult {
  /** False where the provider refuses (Scenario's custom jobs): the job runs on and is billed. */
  cancelled: boolean;
  reason: string | null;
}

export interface ProbeResult {
  ok: boolean;
  roundTripMs: number;
  /** Why it is not ready, fit for people; null when it is. */
  problem: string | null;
  checkedWhat: string;
}

/**
 * A provider as the engine sees it. Every method throws ProviderError and nothing else (an abort by `signal`
 * included, as mode `timeout`), takes the caller's signal, and holds no state that a second process would need.
 */
export interface UsageDay {
  /** Its first moment, UTC. */
  dayMs: number;
  units: number;
}

export interface ImageProvider {
  readonly id: ProviderId;
  /** Null when it can serve the operation; else why not ("the endpoint's image has no background-removal nodes"). */
  unavailable(operation: Operation): string | null;
  /** The model that the operation runs on, in the provider's naming; price rows are keyed by it. */
  modelFor(operation: Operation): string;
  /** What of a request it has no place for, in words: said before a run, and again as warnings of its submission. */
  leavesOut(params: GenerationParams): string[];
  submit(request: ProviderRequest, options: SubmitOptions): Promise<SubmitResult>;
  check(jobId: string, options: CallOptions): Promise<JobState>;
  cancel(jobId: string, options: CallOptions): Promise<CancelResult>;
  /** Reads one result whole; refuses more than `maxBytes`. Sends credentials to the provider's own origin only. */
  download(output: ImageOutput, options: CallOptions & { maxBytes: number }): Promise<Uint8Array>;
  /**
   * Looks for a job that an interrupted submit may have left behind, by what the provider echoes of our request.
   * Null: none found. Absent: the provider offers no way to look.
   */
  find?(request: ProviderRequest, submittedAfterMs: number, options: CallOptions): Promise<string | null>;
  /** Worker counters just now, for cold-start evidence. Absent where the provider has no workers to show. */
  workers?(options: CallOptions): Promise<WorkerCounts>;
  /**
   * What the account used by UTC day, in the provider's billing unit, whoever used it. Days that are not told are left
   * out. Absent: the provider tells nothing of the kind, or its bill is read elsewhere.
   */
  usage?(window: { fromMs: number; toMs: number }, options: CallOptions): Promise<UsageDay[]>;
  /** A cheap live call that proves address and credentials and costs nothing. */
  probe(options: CallOptions): Promise<ProbeResult>;
}
