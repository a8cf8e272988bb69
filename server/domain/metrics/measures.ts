import type { FailureMode } from "@/server/domain/failure-modes";
import { EMPTY_SKETCH, mergeSketches, type Sketch, SketchBuilder } from "@/server/domain/sketch/sketch";
import type { MetricEvent } from "./events";

/** Sums that a roll-up keeps. Money in micro-USD, times in milliseconds. */
export const COUNTERS = [
  "generations",
  "succeeded",
  "failed",
  "cancelled",
  /** Ended unknown to us: in the numbers of traffic, in no rate. */
  "censored",
  /** Pictures of generations that succeeded. */
  "images",
  "warm",
  "queued",
  "cold",
  "throttled",
  "classUnknown",
  /** Attempts that ended as succeeded, failed, not sent or ambiguous; and those of them that did not succeed. */
  "attempts",
  "attemptsFailed",
  /** Attempts that waited for a worker's start, the time of it, and its price. */
  "coldStarts",
  "coldStartMs",
  "coldStartMicros",
  /** Cost over generations whose cost is known, and how many those are. */
  "costMicros",
  "priced",
  /** The same over those that succeeded, with their pictures: cost of what was delivered. */
  "deliveredMicros",
  "deliveredImages",
  /** Over generations whose cost and baseline are both known. */
  "comparable",
  "comparableMicros",
  "baselineMicros",
] as const;
export type Counter = (typeof COUNTERS)[number];

/** Distributions that a roll-up keeps: latency of generations that succeeded by their start; parts of attempts that did. */
export const SERIES = ["latencyWarm", "latencyCold", "latencyOther", "delay", "execution", "store"] as const;
export type Series = (typeof SERIES)[number];

export interface Failures {
  n: number;
  lastSeenMs: number;
}

export interface Measures {
  counters: Readonly<Record<Counter, number>>;
  sketches: Readonly<Record<Series, Sketch>>;
  /** Of generations: what their callers met with. */
  failures: FailuresByMode;
  /** Of attempts, by the provider that made them: also those that a fallback has made good. */
  attemptFailures: FailuresByMode;
}

export type FailuresByMode = Readonly<Partial<Record<FailureMode, Failures>>>;

const ZERO = Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Record<Counter, number>;

export const NO_MEASURES: Measures = {
  counters: ZERO,
  sketches: Object.fromEntries(SERIES.map((name) => [name, EMPTY_SKETCH])) as Record<Series, Sketch>,
  failures: {},
  attemptFailures: {},
};

const CLASS_COUNTER = {
  warm: "warm",
  queued: "queued",
  cold: "cold",
  throttled: "throttled",
  unknown: "classUnknown",
} as const;
/** What became of an attempt that somebody waited for. An orphan's job was waited for by nobody. */
const ENDED_ATTEMPTS: readonly string[] = ["succeeded", "failed", "not_sent", "ambiguous"];

/** Adds events and other measures up; the order does not matter. */
export class MeasuresBuilder {
  readonly #counters = { ...ZERO };
  readonly #sketches = new Map<Series, SketchBuilder>();
  readonly #failures = new Map<FailureMode, Failures>();
  readonly #attemptFailures = new Map<FailureMode, Failures>();

  add(event: MetricEvent): this {
    if (event.kind === "attempt") this.#addAttempt(event);
    else {
      if (event.kind === "generation") this.#addGeneration(event);
      this.#addCost(event);
    }
    return this;
  }

  merge(measures: Measures): this {
    for (const name of COUNTERS) this.#counters[name] += measures.counters[name];
    for (const name of SERIES) if (measures.sketches[name].n > 0) this.series(name).merge(measures.sketches[name]);
    mergeFailures(this.#failures, measures.failures);
    mergeFailures(this.#attemptFailures, measures.attemptFailures);
    return this;
  }

  build(): Measures {
    const sketches = Object.fromEntries(
      SERIES.map((name) => [name, this.#sketches.get(name)?.build() ?? EMPTY_SKETCH]),
    ) as Record<Series, Sketch>;
    return {
      counters: { ...this.#counters },
      sketches,
      failures: Object.fromEntries(this.#failures),
      attemptFailures: Object.fromEntries(this.#attemptFailures),
    };
  }

  #addGeneration({ state, images, coldClass, failureMode, latencyMs, endedAtMs }: MetricEvent): void {
    const counters = this.#counters;
    counters.generations += 1;
    if (state === "succeeded" || state === "failed" || state === "cancelled") counters[state] += 1;
    else counters.censored += 1;
    if (coldClass !== null) counters[CLASS_COUNTER[coldClass]] += 1;
    if (state === "failed") fail(this.#failures, failureMode, { n: 1, lastSeenMs: endedAtMs ?? 0 });
    if (state !== "succeeded") return;
    counters.images += images ?? 0;
    if (latencyMs === null) return;
    const series = coldClass === "warm" ? "latencyWarm" : coldClass === "cold" ? "latencyCold" : "latencyOther";
    this.series(series).add(latencyMs);
  }

  #addAttempt(event: MetricEvent): void {
    const { sign, state, coldClass, startUpMs, startUpMicros } = event;
    const counters = this.#counters;
    const isEnded = ENDED_ATTEMPTS.includes(state);
    if (isEnded) {
      counters.attempts += sign;
      if (state !== "succeeded") counters.attemptsFailed += sign;
    }
    // An orphan counts no more, but that something was heard of it is not taken back: its time stays.
    if ((isEnded && state !== "succeeded") || state === "orphan")
      fail(this.#attemptFailures, event.failureMode, { n: isEnded ? sign : 0, lastSeenMs: event.endedAtMs ?? 0 });
    if (coldClass === "cold") {
      counters.coldStarts += sign;
      counters.coldStartMs += sign * (startUpMs ?? 0);
      counters.coldStartMicros += sign * (startUpMicros ?? 0);
    }
    // Only what ended badly is ever corrected, so nothing has to be taken out of a distribution.
    if (state !== "succeeded") return;
    if (event.delayMs !== null) this.series("delay").add(event.delayMs);
    if (event.executionMs !== null) this.series("execution").add(event.executionMs);
    if (event.storeMs !== null) this.series("store").add(event.storeMs);
  }

  #addCost({ sign, state, images, costMicros, baselineMicros }: MetricEvent): void {
    if (costMicros === null) return;
    const counters = this.#counters;
    counters.costMicros += sign * costMicros;
    counters.priced += sign;
    // What is not known to be so many pictures has no cost a picture.
    if (state === "succeeded" && images !== null) {
      counters.deliveredMicros += sign * costMicros;
      counters.deliveredImages += sign * images;
    }
    if (baselineMicros === null) return;
    counters.comparable += sign;
    counters.comparableMicros += sign * costMicros;
    counters.baselineMicros += sign * baselineMicros;
  }

  series(name: Series): SketchBuilder {
    const known = this.#sketches.get(name);
    if (known) return known;
    const fresh = new SketchBuilder();
    this.#sketches.set(name, fresh);
    return fresh;
  }
}

function fail(failures: Map<FailureMode, Failures>, mode: FailureMode | null, { n, lastSeenMs }: Failures): void {
  const known = failures.get(mode ?? "unknown");
  failures.set(mode ?? "unknown", {
    n: (known?.n ?? 0) + n,
    lastSeenMs: Math.max(known?.lastSeenMs ?? 0, lastSeenMs),
  });
}

function mergeFailures(into: Map<FailureMode, Failures>, from: FailuresByMode): void {
  if (from === NO_MEASURES.failures) return;
  for (const [mode, failures] of Object.entries(from)) fail(into, mode as FailureMode, failures);
}

/** As a builder would, many at once. */
export function mergeMeasures(all: readonly Measures[]): Measures {
  const counters = { ...ZERO };
  const failures = new Map<FailureMode, Failures>();
  const attemptFailures = new Map<FailureMode, Failures>();
  for (const measures of all) {
    for (const name of COUNTERS) counters[name] += measures.counters[name];
    mergeFailures(failures, measures.failures);
    mergeFailures(attemptFailures, measures.attemptFailures);
  }
  const sketches = { ...NO_MEASURES.sketches };
  for (const name of SERIES) sketches[name] = mergeSketches(all.map((measures) => measures.sketches[name]));
  return {
    counters,
    sketches,
    failures: Object.fromEntries(failures),
    attemptFailures: Object.fromEntries(attemptFailures),
  };
}
