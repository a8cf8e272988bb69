import type { FailureMode } from "./failure-modes";
import { type FieldRule, type GenerationParams, limitProblems } from "./generation-request";
import { murmur3 } from "./split";
import { type Interval, wilson } from "./statistics/wilson";
import { textProblem } from "./text-problems";
import { CANDIDATE, CONTROL, PROVIDER_IDS, type ProviderId } from "./vocabulary";

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
  /** When its bytes were removed, by age; null while they are kept. */
  expiredAtMs: number | null;
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
  const unkept = prompts.flatMap((prompt, at) => {
    const rule = textProblem(prompt);
    return rule === null ? [] : [{ field: "prompts", rule: `line ${at + 1} ${rule}` }];
  });
  if (unkept.length > 0) return unkept;
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

/** What a pair was found to be: the better provider, or no difference. */
export const BLIND_CHOICES = [...PROVIDER_IDS, "none"] as const;
export type BlindChoice = (typeof BLIND_CHOICES)[number];
/** What a person says before knowing which is which. */
export const BLIND_ANSWERS = ["left", "right", "none"] as const;
export type BlindAnswer = (typeof BLIND_ANSWERS)[number];

/** Which provider stands on the left: as good as chance over pairs and voters, and the same at every look. */
export function leftProvider(batchId: string, position: number, voter: string): ProviderId {
  return murmur3(`${batchId}\u0000${position}\u0000${voter}`) % 2 === 0 ? CONTROL : CANDIDATE;
}

export interface BlindResult {
  votes: number;
  voters: number;
  candidateWins: number;
  controlWins: number;
  noDifference: number;
  /** Of the pairs in which one was better, how often it was the candidate; null before the first. */
  winRate: number | null;
  winRateInterval: Interval;
  /** How often the candidate was better or not told apart; null before the first vote. */
  atLeastAsGood: number | null;
  atLeastAsGoodInterval: Interval;
}

export function blindResult(votes: readonly { choice: BlindChoice; voter: string }[]): BlindResult {
  const count = (choice: BlindChoice) => votes.filter((vote) => vote.choice === choice).length;
  const [candidateWins, controlWins, noDifference] = [count(CANDIDATE), count(CONTROL), count("none")];
  const decided = candidateWins + controlWins;
  const asGood = candidateWins + noDifference;
  return {
    votes: votes.length,
    voters: new Set(votes.map(({ voter }) => voter)).size,
    candidateWins,
    controlWins,
    noDifference,
    winRate: decided === 0 ? null : candidateWins / decided,
    winRateInterval: wilson(candidateWins, controlWins),
    atLeastAsGood: votes.length === 0 ? null : asGood / votes.length,
    atLeastAsGoodInterval: wilson(asGood, controlWins),
  };
}
