import { EMPTY_SKETCH, type Sketch } from "@/server/domain/sketch/sketch";
import { sketchFromBytes, sketchToBytes } from "@/server/domain/sketch/sketch-bytes";
import { COUNTERS, type Counter, type Failures, type Measures, SERIES, type Series } from "./measures";

/** A roll-up as it stands in its row: zeros and empty distributions are left out. */
export interface StoredMeasures {
  counters: Record<string, number>;
  failures: Record<string, Failures>;
  attemptFailures: Record<string, Failures>;
  /** For each distribution that is not empty: its number in `SERIES`, its length in two bytes, and its own bytes. */
  sketches: Uint8Array;
}

export function storeMeasures(measures: Measures): StoredMeasures {
  const parts: number[] = [];
  SERIES.forEach((name, index) => {
    const sketch = measures.sketches[name];
    if (sketch.n === 0) return;
    const bytes = sketchToBytes(sketch);
    // 2^16 bytes are some 20,000 buckets; the widest range of times has 3,000.
    parts.push(index, bytes.length >> 8, bytes.length & 255, ...bytes);
  });
  const counters = Object.fromEntries(Object.entries(measures.counters).filter(([, value]) => value !== 0));
  return {
    counters,
    failures: { ...measures.failures },
    attemptFailures: { ...measures.attemptFailures },
    sketches: Uint8Array.from(parts),
  };
}

/** `wanted` saves the work of reading distributions that nobody asks for. */
export function readMeasures(stored: StoredMeasures, wanted: readonly Series[] = SERIES): Measures {
  const sketches = Object.fromEntries(SERIES.map((name) => [name, EMPTY_SKETCH])) as Record<Series, Sketch>;
  const { sketches: bytes } = stored;
  for (let at = 0; at < bytes.length; ) {
    const name = SERIES[bytes[at] as number];
    const length = ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    if (name === undefined || at + 3 + length > bytes.length)
      throw new RangeError("a roll-up's distributions are damaged");
    if (wanted.includes(name)) sketches[name] = sketchFromBytes(bytes.subarray(at + 3, at + 3 + length));
    at += 3 + length;
  }
  const counters = Object.fromEntries(COUNTERS.map((name) => [name, stored.counters[name] ?? 0])) as Record<
    Counter,
    number
  >;
  return { counters, sketches, failures: stored.failures, attemptFailures: stored.attemptFailures };
}
