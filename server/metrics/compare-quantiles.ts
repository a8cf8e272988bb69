import type { EventSpan } from "@/db/queries/metric-events";
import type { MetricEvent } from "@/server/domain/metrics/events";
import { latencyOf } from "@/server/domain/metrics/point";
import { quantile } from "@/server/domain/sketch/sketch";
import { type Cell, keyOf, totalOf } from "./cells";

const DAY_MS = 86_400_000;
const QUANTILES = [0.5, 0.9, 0.95, 0.99, 0.999];
export const RELATIVE_ERROR_MAX = 0.01;

/** What stands in a roll-up as a distribution: latency is warm, cold and other together. */
const TIMES = {
  latency: ({ kind, latencyMs }: MetricEvent) => (kind === "generation" ? latencyMs : null),
  delay: ({ kind, delayMs }: MetricEvent) => (kind === "attempt" ? delayMs : null),
  execution: ({ kind, executionMs }: MetricEvent) => (kind === "attempt" ? executionMs : null),
  store: ({ kind, storeMs }: MetricEvent) => (kind === "attempt" ? storeMs : null),
} as const;

export interface QuantileComparison {
  cell: Cell;
  what: string;
  exact: number;
  rollups: number | null;
  /** Relative; 1 where the roll-up has none. */
  error: number;
}

/** The day's quantiles, a population and provider at a time, against PostgreSQL's definition over the values. */
export function* compareQuantiles(
  span: EventSpan,
  events: readonly MetricEvent[],
  stored: ReadonlyMap<string, Cell>,
): Generator<QuantileComparison> {
  for (const [name, timeOf] of Object.entries(TIMES)) {
    for (const [key, values] of valuesByDay(span, events, timeOf)) {
      const cell = stored.get(key);
      if (!cell) continue; // its counts differ already
      const measures = cell.builder.build();
      const sketch = name === "latency" ? latencyOf(measures) : measures.sketches[name as "delay"]; // a key of TIMES
      for (const q of QUANTILES) {
        const exact = exactQuantile(values, q);
        const rollups = quantile(sketch, q);
        const error = rollups === null ? 1 : Math.abs(rollups - exact) / Math.max(exact, 1);
        yield { cell, what: `${name}: p${q * 100}`, exact, rollups, error };
      }
    }
  }
}

function valuesByDay(span: EventSpan, events: readonly MetricEvent[], timeOf: (event: MetricEvent) => number | null) {
  const values = new Map<string, number[]>();
  for (const event of events) {
    const timeMs = event.state === "succeeded" ? timeOf(event) : null;
    if (timeMs === null) continue;
    const { environment, fromMs: startMs } = span;
    const key = keyOf({ environment, widthMs: DAY_MS, startMs, provider: event.provider, ...totalOf(event.source) });
    const known = values.get(key);
    if (known) known.push(timeMs);
    else values.set(key, [timeMs]);
  }
  for (const list of values.values()) list.sort((left, right) => left - right);
  return values;
}

function exactQuantile(sorted: readonly number[], q: number): number {
  const rank = q * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(rank)] ?? 0, sorted[Math.ceil(rank)] ?? 0];
  return low + (rank - Math.floor(rank)) * (high - low);
}
