import type { DigitReader } from "./digits";

/**
 * A mergeable summary of non-negative whole numbers (milliseconds) that answers quantiles to within 1 % of the exact
 * ones. Values fall into buckets that grow by a constant ratio, as in DDSketch (Masson, Rim, Lee: "DDSketch: a fast and
 * fully-mergeable quantile sketch with relative-error guarantees", PVLDB 12, 2019, https://arxiv.org/abs/1908.10693).
 * Up to `EXACT_MAX` values are kept as they are, so small numbers are exact. Which of the two forms a summary has
 * depends on its count alone, so merging is associative and commutative.
 */
export interface Sketch {
  readonly n: number;
  readonly min: number;
  readonly max: number;
  /** How often each value (exact form) or each bucket (by index) occurs, keys rising. */
  readonly keys: readonly number[];
  readonly counts: readonly number[];
}

/** Half of what is promised, so that rounding to whole milliseconds stays within it too. */
const RELATIVE_ERROR = 0.005;
const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);
export const EXACT_MAX = 100;
/** Below this a bucket would hold one whole number or none: the value is its own bucket. */
const LINEAR_BELOW = Math.ceil(1 / (GAMMA - 1));
const OFFSET = Math.ceil(Math.log(LINEAR_BELOW) / LOG_GAMMA) - LINEAR_BELOW;
const VALUE_MAX = 2 ** 47;

export const EMPTY_SKETCH: Sketch = { n: 0, min: 0, max: 0, keys: [], counts: [] };

export function isExact(sketch: Sketch): boolean {
  return sketch.n <= EXACT_MAX;
}

function bucketOf(value: number): number {
  return value < LINEAR_BELOW ? value : Math.max(LINEAR_BELOW, Math.ceil(Math.log(value) / LOG_GAMMA) - OFFSET);
}

/** The value that is nearest, by ratio, to all that its bucket may hold. */
function middleOf(bucket: number): number {
  return bucket < LINEAR_BELOW ? bucket : (2 * GAMMA ** (bucket + OFFSET)) / (GAMMA + 1);
}

const NO_COUNTS = new Float64Array(0);
/** Room for times of up to 20 minutes; it grows for longer ones. */
const ROOM_AT_FIRST = 1_024;

/** Collects values one by one and many sketches at once; what comes of it does not depend on the order. */
export class SketchBuilder {
  #n = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;
  /** While all are few. */
  readonly #exact = new Map<number, number>();
  /** How many each bucket holds, from then on. */
  #counts = NO_COUNTS;

  /** Throws RangeError for what is no whole number from 0 to 2^47. */
  add(value: number, count = 1): this {
    if (!Number.isInteger(value) || value < 0 || value > VALUE_MAX)
      throw new RangeError(`a sketch takes whole numbers from 0 to 2^47, not ${value}`);
    if (!Number.isInteger(count) || count < 1)
      throw new RangeError(`a count must be a whole number from 1, not ${count}`);
    this.#grow(count, value, value);
    if (this.#n <= EXACT_MAX) this.#exact.set(value, (this.#exact.get(value) ?? 0) + count);
    else this.#count(bucketOf(value), count);
    return this;
  }

  merge(sketch: Sketch): this {
    if (sketch.n === 0) return this;
    this.#grow(sketch.n, sketch.min, sketch.max);
    const isFew = this.#n <= EXACT_MAX;
    const exact = isExact(sketch);
    for (let index = 0; index < sketch.keys.length; index++) {
      const key = sketch.keys[index] as number; // keys and counts have one length
      const count = sketch.counts[index] as number;
      if (isFew) this.#exact.set(key, (this.#exact.get(key) ?? 0) + count);
      else this.#count(exact ? bucketOf(key) : key, count);
    }
    return this;
  }

  /** What `sketchToDigits` wrote, as `merge` of it read would, without making that sketch. Throws RangeError. */
  mergeDigits(reader: DigitReader): this {
    const n = reader.next();
    if (n === 0) return this;
    const min = reader.next();
    this.#grow(n, min, min + reader.next());
    const isFew = this.#n <= EXACT_MAX;
    const exact = n <= EXACT_MAX;
    // The largest value's bucket is the last: room for it is room for all, and what lies beyond is damaged.
    if (!isFew) this.#makeRoom(bucketOf(this.#max));
    const counts = this.#counts;
    let [key, total] = [0, 0];
    for (let left = reader.next(); left > 0; left--) {
      key += reader.next();
      const count = reader.next();
      total += count;
      if (isFew) this.#exact.set(key, (this.#exact.get(key) ?? 0) + count);
      else {
        const bucket = exact ? bucketOf(key) : key;
        if (bucket >= counts.length) throw new RangeError("a sketch's keys go beyond its largest value");
        counts[bucket] = (counts[bucket] as number) + count; // within its length
      }
    }
    if (total !== n) throw new RangeError(`a sketch of ${n} values holds ${total}`);
    return this;
  }

  build(): Sketch {
    if (this.#n === 0) return EMPTY_SKETCH;
    const keys: number[] = [];
    const counts: number[] = [];
    if (this.#n <= EXACT_MAX) {
      for (const [key, count] of [...this.#exact].sort((left, right) => left[0] - right[0])) {
        keys.push(key);
        counts.push(count);
      }
    } else {
      // No iterator: this is the innermost work of every view.
      for (let bucket = 0; bucket < this.#counts.length; bucket++) {
        const count = this.#counts[bucket] ?? 0;
        if (count === 0) continue;
        keys.push(bucket);
        counts.push(count);
      }
    }
    return { n: this.#n, min: this.#min, max: this.#max, keys, counts };
  }

  #grow(n: number, min: number, max: number): void {
    this.#n += n;
    this.#min = Math.min(this.#min, min);
    this.#max = Math.max(this.#max, max);
    if (this.#n <= EXACT_MAX || this.#exact.size === 0) return;
    for (const [value, count] of this.#exact) this.#count(bucketOf(value), count);
    this.#exact.clear();
  }

  #count(bucket: number, count: number): void {
    this.#makeRoom(bucket);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
  }

  #makeRoom(bucket: number): void {
    if (bucket < this.#counts.length) return;
    let room = Math.max(ROOM_AT_FIRST, this.#counts.length);
    while (room <= bucket) room *= 2;
    const larger = new Float64Array(room);
    larger.set(this.#counts);
    this.#counts = larger;
  }
}

export function sketchOf(values: Iterable<number>): Sketch {
  const builder = new SketchBuilder();
  for (const value of values) builder.add(value);
  return builder.build();
}

/** As a builder would, without one's memory: the innermost work of every view. */
export function mergeSketches(sketches: Iterable<Sketch>): Sketch {
  const filled = [];
  let [n, min, max] = [0, Number.POSITIVE_INFINITY, 0];
  for (const sketch of sketches) {
    if (sketch.n === 0) continue;
    filled.push(sketch);
    n += sketch.n;
    if (sketch.min < min) min = sketch.min;
    if (sketch.max > max) max = sketch.max;
  }
  const [only] = filled;
  if (only === undefined) return EMPTY_SKETCH;
  if (filled.length === 1) return only;
  if (n <= EXACT_MAX) {
    const builder = new SketchBuilder();
    for (const sketch of filled) builder.merge(sketch);
    return builder.build();
  }
  const [lowest, highest] = [bucketOf(min), bucketOf(max)];
  const room = highest - lowest + 1;
  if (scratch.length < room) scratch = new Float64Array(2 * room);
  const counts = scratch;
  for (const sketch of filled) {
    const exact = isExact(sketch);
    for (let index = 0; index < sketch.keys.length; index++) {
      const key = sketch.keys[index] as number; // keys and counts have one length
      const at = (exact ? bucketOf(key) : key) - lowest;
      counts[at] = (counts[at] as number) + (sketch.counts[index] as number);
    }
  }
  let filledBuckets = 0;
  for (let at = 0; at < room; at++) if (counts[at] !== 0) filledBuckets++;
  const keys = new Array<number>(filledBuckets);
  const totals = new Array<number>(filledBuckets);
  for (let at = 0, index = 0; at < room; at++) {
    const count = counts[at] as number; // within its length
    if (count === 0) continue;
    keys[index] = lowest + at;
    totals[index++] = count;
    counts[at] = 0;
  }
  return { n, min, max, keys, counts: totals };
}

/** All zeros between two merges. */
let scratch = new Float64Array(ROOM_AT_FIRST);

/**
 * The quantile as PostgreSQL's `percentile_cont` gives it: between two neighbours it interpolates. Each neighbour is
 * within the relative error, so what lies between them is, too. Null when nothing was measured.
 */
export function quantile(sketch: Sketch, q: number): number | null {
  return quantiles(sketch, [q])[0] ?? null;
}

/** Several at once, in one walk through the sketch. They must rise; none where nothing was measured. */
export function quantiles(sketch: Sketch, rising: readonly number[]): number[] {
  const found: number[] = [];
  if (sketch.n === 0) return found;
  const walk = { index: 0, seen: 0 };
  for (const q of rising) {
    const rank = q * (sketch.n - 1);
    const lower = Math.floor(rank);
    const below = valueAt(sketch, lower, walk);
    // A copy: the next quantile may lie at this one's lower neighbour.
    const above = rank === lower ? below : valueAt(sketch, lower + 1, { ...walk });
    found.push(below + (rank - lower) * (above - below));
  }
  return found;
}

/** The value of a rank from 0; `walk` is left there, for a rank as high or higher. The ends are known exactly. */
function valueAt(sketch: Sketch, rank: number, walk = { index: 0, seen: 0 }): number {
  if (rank <= 0) return sketch.min;
  if (rank >= sketch.n - 1) return sketch.max;
  const { keys, counts } = sketch;
  let { index, seen } = walk;
  for (; index < keys.length; index++) {
    const next = seen + (counts[index] as number); // keys and counts have one length
    if (next > rank) break;
    seen = next;
  }
  walk.index = index;
  walk.seen = seen;
  const key = keys[index];
  if (key === undefined) return sketch.max;
  return isExact(sketch) ? key : Math.min(sketch.max, Math.max(sketch.min, middleOf(key)));
}

/** The value of the k-th smallest, k from 1; null where there is none. Within the relative error. */
export function orderStatistic(sketch: Sketch, k: number | null): number | null {
  return k === null || k < 1 || k > sketch.n ? null : valueAt(sketch, k - 1);
}

export interface SketchDifference {
  what: string;
  left: number;
  right: number;
}

/** The first thing in which two of as many values differ, from the smallest value on; null for equal ones. */
export function firstDifference(left: Sketch, right: Sketch): SketchDifference | null {
  const [ofLeft, ofRight] = [left, right].map((one) => new Map(one.keys.map((key, index) => [key, one.counts[index]])));
  for (const key of [...new Set([...left.keys, ...right.keys])].sort((a, b) => a - b)) {
    const [inLeft, inRight] = [ofLeft?.get(key) ?? 0, ofRight?.get(key) ?? 0];
    const value = isExact(left) ? `${key}` : `about ${Math.round(middleOf(key))}`;
    if (inLeft !== inRight) return { what: `how many of ${value} ms`, left: inLeft, right: inRight };
  }
  if (left.min !== right.min) return { what: "the smallest", left: left.min, right: right.min };
  return left.max === right.max ? null : { what: "the largest", left: left.max, right: right.max };
}

/** How many lie below the limit. Of the bucket that holds the limit, all or none do: those within 1 % of it may be miscounted. */
export function countBelow(sketch: Sketch, limit: number): number {
  const { keys, counts } = sketch;
  const exact = isExact(sketch);
  // The first key that does not lie below it: each one's middle costs a power.
  let [from, to] = [0, keys.length];
  while (from < to) {
    const half = (from + to) >> 1;
    const key = keys[half] as number; // between 0 and its length
    if ((exact ? key : middleOf(key)) < limit) from = half + 1;
    else to = half;
  }
  let below = 0;
  for (let index = 0; index < from; index++) below += counts[index] as number;
  return below;
}
