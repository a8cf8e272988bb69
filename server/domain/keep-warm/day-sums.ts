import { DAY_MS, type Simulated } from "./simulate";
import { randomOf, type Trace } from "./trace";

/** Latencies by a ratio of 1 %: fine enough for what days differ by. */
const LOG_RATIO = Math.log(1.01);
const RESAMPLES = 400;
const TAIL = 0.025;
/** Fewer days than these say nothing about how days differ. */
export const DAYS_MIN = 5;

export interface Interval {
  low: number;
  high: number;
}

export interface Uncertainty {
  coldShare: Interval;
  p95Ms: Interval;
  /** Of what is paid, in milliseconds a day. */
  paidMsPerDay: Interval;
}

/**
 * How far the numbers would move in other weeks like these: whole days are drawn with repetition, since requests of one
 * day belong together. 95 % of the draws lie within. Null: too few whole days.
 */
export function uncertaintyOf(trace: Trace, simulated: Simulated): Uncertainty | null {
  const days = Math.floor(trace.spanMs / DAY_MS);
  if (days < DAYS_MIN) return null;
  const { latencies, isCold, paidMsByDay, n } = simulated;
  const counts = new Float64Array(days);
  const colds = new Float64Array(days);
  const buckets = Array.from({ length: days }, () => new Map<number, number>());
  for (let job = 0; job < n; job++) {
    const day = Math.floor((trace.arrivals[job] as number) / DAY_MS); // arrivals have n entries
    const histogram = buckets[day];
    if (histogram === undefined) continue; // a last day that is not whole
    const bucket = Math.ceil(Math.log(Math.max(1, latencies[job] as number)) / LOG_RATIO);
    histogram.set(bucket, (histogram.get(bucket) ?? 0) + 1);
    counts[day] = (counts[day] as number) + 1;
    colds[day] = (colds[day] as number) + (isCold[job] as number);
  }
  const top = Math.max(0, ...buckets.flatMap((histogram) => [...histogram.keys()])) + 1;
  const random = randomOf(11);
  const merged = new Float64Array(top);
  const draws = { coldShare: [] as number[], p95Ms: [] as number[], paidMsPerDay: [] as number[] };
  for (let resample = 0; resample < RESAMPLES; resample++) {
    merged.fill(0);
    let [count, cold, paid] = [0, 0, 0];
    for (let drawn = 0; drawn < days; drawn++) {
      const day = Math.floor(random() * days);
      count += counts[day] as number;
      cold += colds[day] as number;
      paid += paidMsByDay[day] as number;
      for (const [bucket, times] of buckets[day] ?? []) merged[bucket] = (merged[bucket] as number) + times;
    }
    draws.paidMsPerDay.push(paid / days);
    if (count === 0) continue;
    draws.coldShare.push(cold / count);
    draws.p95Ms.push(Math.exp(bucketAt(merged, 0.95 * count) * LOG_RATIO));
  }
  if (draws.coldShare.length === 0) return null;
  return {
    coldShare: middleOf(draws.coldShare),
    p95Ms: middleOf(draws.p95Ms),
    paidMsPerDay: middleOf(draws.paidMsPerDay),
  };
}

function bucketAt(histogram: Float64Array, rank: number): number {
  let reached = 0;
  for (let bucket = 0; bucket < histogram.length; bucket++) {
    reached += histogram[bucket] as number;
    if (reached >= rank) return bucket;
  }
  return histogram.length - 1;
}

function middleOf(values: number[]): Interval {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { low: at(TAIL), high: at(1 - TAIL) };
}
