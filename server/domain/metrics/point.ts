import { mergeSketches, quantiles, type Sketch } from "@/server/domain/sketch/sketch";
import { type FailuresByMode, type Measures, NO_MEASURES, type Series } from "./measures";

/** Of a distribution of times; null where nothing was measured. `n` is how many are behind it. */
export interface Quantiles {
  n: number;
  msP50: number | null;
  msP95: number | null;
  msP99: number | null;
}

/** The numbers of one bucket or window, of one provider or both. Rates are null without anything to be a part of. */
export interface Point {
  generations: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  censored: number;
  images: number;
  /** Succeeded over succeeded and failed, per generation, after fallback. */
  successRate: number | null;
  attempts: number;
  attemptsFailed: number;
  /** Failed over ended attempts. */
  errorRate: number | null;
  /** Acceptance to pictures stored, of generations that succeeded. */
  latency: Quantiles;
  latencyWarm: Quantiles;
  latencyCold: Quantiles;
  /** Neither warm nor cold: queued, throttled or not known. All of Scenario's. */
  latencyOther: Quantiles;
  /** Parts of attempts that succeeded, as the provider reports them. */
  delay: Quantiles;
  execution: Quantiles;
  store: Quantiles;
  warm: number;
  queued: number;
  cold: number;
  throttled: number;
  /** Generations whose start is known: the share of cold ones is over these. */
  coldKnown: number;
  coldShare: number | null;
  /** What attempts lost to starting workers. */
  coldStartMs: number;
  coldStartMicros: number;
  costMicros: number;
  priced: number;
  /** Cost of what was delivered, a picture; null without any that is priced. */
  costPerImageMicros: number | null;
  /** Cost of all that was tried, over the generations that succeeded. */
  costPerSuccessMicros: number | null;
  baselineMicros: number;
  savingsMicros: number;
  /** Generations whose cost and baseline are both known: savings are over these. */
  comparable: number;
  /** Of generations that failed, by what their callers met with; the most frequent first. */
  failures: FailureCount[];
  /** Of attempts, also those that a fallback has made good: they add up to `attemptsFailed`. */
  attemptFailures: FailureCount[];
}

export interface FailureCount {
  mode: string;
  n: number;
  lastSeenMs: number;
}

const SHOWN = [0.5, 0.95, 0.99] as const;
const rounded = (ms: number | undefined) => (ms === undefined ? null : Math.round(ms));
const ratio = (part: number, whole: number) => (whole > 0 ? part / whole : null);
const per = (micros: number, count: number) => (count > 0 ? Math.round(micros / count) : null);

export function toQuantiles(sketch: Sketch): Quantiles {
  const [p50, p95, p99] = quantiles(sketch, SHOWN);
  return { n: sketch.n, msP50: rounded(p50), msP95: rounded(p95), msP99: rounded(p99) };
}

export function latencyOf({ sketches }: Measures): Sketch {
  return mergeSketches([sketches.latencyWarm, sketches.latencyCold, sketches.latencyOther]);
}

/** Of each distribution that a point shows, and of all latencies together. */
export type PointQuantiles = Readonly<Record<Series | "latency", Quantiles>>;

export function quantilesOf(measures: Measures): PointQuantiles {
  const { sketches } = measures;
  return {
    latency: toQuantiles(latencyOf(measures)),
    latencyWarm: toQuantiles(sketches.latencyWarm),
    latencyCold: toQuantiles(sketches.latencyCold),
    latencyOther: toQuantiles(sketches.latencyOther),
    delay: toQuantiles(sketches.delay),
    execution: toQuantiles(sketches.execution),
    store: toQuantiles(sketches.store),
  };
}

export const toPoint = (measures: Measures): Point => pointOf(measures, quantilesOf(measures));

/** Where the distributions' quantiles are known already. */
export function pointOf(measures: Omit<Measures, "sketches">, quantiles: PointQuantiles): Point {
  const { counters } = measures;
  const ended = counters.succeeded + counters.failed;
  const coldKnown = counters.warm + counters.queued + counters.cold + counters.throttled;
  return {
    generations: counters.generations,
    succeeded: counters.succeeded,
    failed: counters.failed,
    cancelled: counters.cancelled,
    censored: counters.censored,
    images: counters.images,
    successRate: ratio(counters.succeeded, ended),
    attempts: counters.attempts,
    attemptsFailed: counters.attemptsFailed,
    errorRate: ratio(counters.attemptsFailed, counters.attempts),
    ...quantiles,
    warm: counters.warm,
    queued: counters.queued,
    cold: counters.cold,
    throttled: counters.throttled,
    coldKnown,
    coldShare: ratio(counters.cold, coldKnown),
    coldStartMs: counters.coldStartMs,
    coldStartMicros: counters.coldStartMicros,
    costMicros: counters.costMicros,
    priced: counters.priced,
    costPerImageMicros: per(counters.deliveredMicros, counters.deliveredImages),
    costPerSuccessMicros: counters.priced > 0 ? per(counters.costMicros, counters.succeeded) : null,
    baselineMicros: counters.baselineMicros,
    savingsMicros: counters.baselineMicros - counters.comparableMicros,
    comparable: counters.comparable,
    failures: failuresOf(measures.failures),
    attemptFailures: failuresOf(measures.attemptFailures),
  };
}

function failuresOf(failures: FailuresByMode): FailureCount[] {
  if (failures === NO_MEASURES.failures) return [];
  return Object.entries(failures)
    .flatMap(([mode, entry]) => (entry && entry.n > 0 ? [{ mode, ...entry }] : []))
    .sort((left, right) => right.n - left.n || left.mode.localeCompare(right.mode));
}
