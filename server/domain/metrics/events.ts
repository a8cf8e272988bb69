import type { FailureMode } from "@/server/domain/failure-modes";
import type {
  AttemptState,
  ColdClass,
  GenerationState,
  Operation,
  ProviderId,
  Source,
} from "@/server/domain/vocabulary";

/** Where an event counts: the generation's environment, source and so on, and the minute in which it was accepted. */
export interface EventPlace {
  environment: string;
  source: Source;
  provider: ProviderId;
  operation: Operation;
  /** Empty where no model is known. */
  model: string;
  /** When the generation was accepted: its charts' bucket, as the table of generations filters it. */
  bucketAtMs: number;
}

/**
 * What the settling statement leaves for the roll-ups, complete in itself. `generation`: one ended. `attempt`: one
 * ended. `cost`: a generation's cost alone, for corrections: the old one with sign −1, the new one with +1.
 */
export interface MetricEvent extends EventPlace {
  kind: "generation" | "attempt" | "cost";
  sign: 1 | -1;
  state: GenerationState | AttemptState;
  coldClass: ColdClass | null;
  failureMode: FailureMode | null;
  endedAtMs: number | null;
  /** Null: not known. */
  images: number | null;
  latencyMs: number | null;
  delayMs: number | null;
  executionMs: number | null;
  storeMs: number | null;
  startUpMs: number | null;
  startUpMicros: number | null;
  costMicros: number | null;
  baselineMicros: number | null;
}
