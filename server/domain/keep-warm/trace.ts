import { type MeasuredUnder, startUpsOf } from "./start-ups";

/** Requests of some days as the simulation takes them; all arrays have one length, arrivals rise. */
export interface Trace {
  /** Milliseconds since the first day's start. */
  arrivals: Float64Array;
  /** How long the worker was busy with it: handing over and execution. */
  services: Float64Array;
  /** Of what the caller felt, what is neither waiting nor execution: polls, fetching, checks, storing. */
  rests: Float64Array;
  /** Of `services`, the part before execution: it counts as waiting at RunPod, and no faster GPU shortens it. */
  dispatches: Float64Array;
  /** How long starts take, in an order that means nothing; each start of a simulation takes the next one. */
  startUps: Float64Array;
  /** The span that is simulated and paid for; arrivals lie within it. */
  spanMs: number;
}

/** One request as it was measured; null: not known, and drawn from those that are. */
export interface MeasuredRequest {
  atMs: number;
  /** RunPod's delay: waiting for a worker, and handing over. */
  delayMs: number | null;
  executionMs: number | null;
  restMs: number | null;
  /** It waited for a start; null: unknown. */
  isCold: boolean | null;
}

/** A generator that needs no state of the machine (mulberry32): the same seed tells the same story. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function shuffled(values: readonly number[], random: () => number): Float64Array {
  const result = Float64Array.from(values);
  for (let index = result.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    const value = result[index] as number; // both are below the length
    result[index] = result[other] as number;
    result[other] = value;
  }
  return result;
}

/** A request that came alone and waited no longer was handed over to a worker that was there. */
const DISPATCH_MAX_MS = 2_000;

/** How long handing over took, where a wait behind others is no part of it. */
function dispatchesOf(sorted: readonly MeasuredRequest[]): (number | null)[] {
  let endedMs = Number.NEGATIVE_INFINITY;
  return sorted.map(({ atMs, delayMs, executionMs, isCold }) => {
    const wasAlone = endedMs < atMs;
    endedMs = Math.max(endedMs, atMs + (delayMs ?? 0) + (executionMs ?? 0));
    return wasAlone && isCold === false && delayMs !== null && delayMs <= DISPATCH_MAX_MS ? delayMs : null;
  });
}

/**
 * The trace of what was measured in [fromMs, toMs). What one request lacks is drawn from the others. Null: no execution
 * was measured at all, so nothing can be said.
 */
export function traceOf(
  requests: readonly MeasuredRequest[],
  under: MeasuredUnder,
  span: { fromMs: number; toMs: number },
): Trace | null {
  const random = randomOf(1);
  const sorted = [...requests].sort((one, other) => one.atMs - other.atMs);
  const known = (pick: (request: MeasuredRequest) => number | null) => sorted.flatMap((request) => pick(request) ?? []);
  const executions = known(({ executionMs }) => executionMs);
  if (executions.length === 0) return null;
  const drawFrom = (values: readonly number[]) => values[Math.floor(random() * values.length)] ?? 0;
  const measuredDispatches = dispatchesOf(sorted);
  const dispatchesKnown = measuredDispatches.flatMap((ms) => ms ?? []);
  const restsKnown = known(({ restMs }) => restMs);
  const dispatches = Float64Array.from(measuredDispatches, (ms) => ms ?? drawFrom(dispatchesKnown));
  return {
    arrivals: Float64Array.from(sorted, ({ atMs }) => atMs - span.fromMs),
    services: Float64Array.from(
      sorted,
      ({ executionMs }, index) => (executionMs ?? drawFrom(executions)) + (dispatches[index] ?? 0),
    ),
    rests: Float64Array.from(sorted, ({ restMs }) => restMs ?? drawFrom(restsKnown)),
    dispatches,
    startUps: shuffled(startUpsOf(sorted, under), random),
    spanMs: span.toMs - span.fromMs,
  };
}
