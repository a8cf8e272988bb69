import type { FailureMode } from "./failure-modes";
import { type FieldRule, type GenerationParams, limitProblems } from "./generation-request";
import { PROVIDER_IDS, type ProviderId } from "./vocabulary";

export const BATCH_PROMPTS_MAX = 200;
/** $1,000: a slip of the finger is not an order. */
export const BATCH_CAP_MAX_MICROS = 1_000_000_000;

/** `left_out`: not asked for, since it could have broken the cap. */
export const BATCH_CALL_STATES = ["waiting", "running", "succeeded", "failed", "cancelled", "left_out"] as const;
export type BatchCallState = (typeof BATCH_CALL_STATES)[number];

export const BATCH_OUTCOMES = ["done", "capped", "cancelled"] as const;
export type BatchOutcome = (typeof BATCH_OUTCOMES)[number];

/** What all pictures of a batch have in common. */
export type BatchParams = Pick<GenerationParams, "negativePrompt" | "width" | "height" | "steps" | "guidance" | "seed">;

export interface BatchImage {
  sha256: string;
  mimeType: string;
  width: number;
  height: number;
  sizeBytes: number;
}

export interface BatchCallView {
  provider: ProviderId;
  state: BatchCallState;
  generationId: string | null;
  costMicros: number | null;
  latencyMs: number | null;
  failureMode: FailureMode | null;
  /** Why it did not succeed; null when it did or has not ended. */
  words: string | null;
  image: BatchImage | null;
}

export interface BatchPairView {
  /** From 1. */
  position: number;
  prompt: string;
  calls: BatchCallView[];
}

export interface BatchSummary {
  id: string;
  environment: string;
  name: string;
  state: "running" | "paused" | "cancelling" | BatchOutcome;
  startedBy: string;
  createdAtMs: number;
  endedAtMs: number | null;
  capMicros: number;
  spentMicros: number;
  counts: Record<BatchCallState, number>;
  /** One sentence: what was made and what was not. */
  words: string;
}

export interface BatchView extends BatchSummary {
  params: BatchParams;
  pairs: BatchPairView[];
}

/** One prompt a line; empty lines and those that begin with # are left out. */
export function parsePrompts(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** What stands against a batch, with the line's number among the prompts; the same rules as for a single request. */
export function batchProblems(prompts: readonly string[], params: BatchParams): FieldRule[] {
  if (prompts.length === 0) return [{ field: "prompts", rule: "must have at least one line" }];
  if (prompts.length > BATCH_PROMPTS_MAX)
    return [{ field: "prompts", rule: `must have at most ${BATCH_PROMPTS_MAX} lines, not ${prompts.length}` }];
  const problems = PROVIDER_IDS.flatMap((provider) =>
    prompts.flatMap((prompt, at) =>
      limitProblems(requestOf(prompt, params), provider).map(({ field, rule }) =>
        field === "prompt" ? { field: "prompts", rule: `line ${at + 1} ${rule}` } : { field, rule },
      ),
    ),
  );
  const seen = new Set<string>();
  return problems.filter(({ field, rule }) => {
    const key = `${field} ${rule}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

export function requestOf(prompt: string, params: BatchParams): GenerationParams {
  return { operation: "txt2img", prompt, strength: null, count: 1, ...params };
}
