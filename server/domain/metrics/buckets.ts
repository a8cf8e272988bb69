import { SPAN_MAX_MS } from "@/server/domain/time-span";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

/**
 * Widths of the roll-ups that are kept, the finest first, each a whole number of those before it, and for how long;
 * null: for ever. Where `sumOfMs` stands, a roll-up is the sum of those of that width, which are kept as long: it saves
 * adding them up at each look.
 */
export const TIERS = [
  { widthMs: MINUTE_MS, keptMs: 3 * DAY_MS, sumOfMs: null },
  { widthMs: 5 * MINUTE_MS, keptMs: 15 * DAY_MS, sumOfMs: null },
  { widthMs: 15 * MINUTE_MS, keptMs: 15 * DAY_MS, sumOfMs: 5 * MINUTE_MS },
  { widthMs: HOUR_MS, keptMs: 400 * DAY_MS, sumOfMs: null },
  { widthMs: 2 * HOUR_MS, keptMs: 400 * DAY_MS, sumOfMs: HOUR_MS },
  { widthMs: 6 * HOUR_MS, keptMs: 400 * DAY_MS, sumOfMs: HOUR_MS },
  { widthMs: DAY_MS, keptMs: null, sumOfMs: null },
  { widthMs: WEEK_MS, keptMs: null, sumOfMs: DAY_MS },
] as const;
export type Tier = (typeof TIERS)[number];

/** What a chart may be drawn in. All of them are whole roll-ups of some tier. */
export const BUCKETS_MS = [
  MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  DAY_MS,
  WEEK_MS,
] as const;

export const WINDOW_MAX_MS = SPAN_MAX_MS;
/** More points than this say nothing more on a screen. */
const POINTS_WANTED = 120;
const POINTS_MAX = 1_500;

export interface BucketPlan {
  /** The window in whole buckets (UTC): it starts no later and ends no sooner than asked for. */
  fromMs: number;
  toMs: number;
  bucketMs: number;
  tier: Tier;
}

export type BucketProblem = { field: "fromMs" | "toMs" | "bucketMs"; rule: string };

/** Weeks begin on a Monday; the epoch was a Thursday. */
const WEEK_SHIFT_MS = 4 * DAY_MS;
export function bucketStart(atMs: number, bucketMs: number): number {
  const shiftMs = bucketMs === WEEK_MS ? WEEK_SHIFT_MS : 0;
  return Math.floor((atMs - shiftMs) / bucketMs) * bucketMs + shiftMs;
}

/** The width of the finest roll-ups that are still kept for this time. */
export function finestKeptMs(atMs: number, nowMs: number): number {
  return TIERS.find(({ keptMs, widthMs }) => keptMs === null || atMs >= nowMs - keptMs + widthMs)?.widthMs ?? DAY_MS;
}

/**
 * The fewest roll-ups that make up a span: coarse ones in its middle, finer ones at its ends, none finer than `finest`,
 * of which the span is whole ones, and none wider than `widestMs`.
 */
export function coarsest(
  span: { fromMs: number; toMs: number },
  finest: Tier,
  widestMs: number = Number.POSITIVE_INFINITY,
): { widthMs: number; fromMs: number; toMs: number }[] {
  const cover = (fromMs: number, toMs: number, tiers: readonly Tier[]): ReturnType<typeof coarsest> => {
    const widthMs = tiers.at(-1)?.widthMs;
    if (fromMs >= toMs || widthMs === undefined) return [];
    const [start, end] = [bucketStart(fromMs + widthMs - 1, widthMs), bucketStart(toMs, widthMs)];
    const finer = tiers.slice(0, -1);
    if (start >= end) return cover(fromMs, toMs, finer);
    return [...cover(fromMs, start, finer), { widthMs, fromMs: start, toMs: end }, ...cover(end, toMs, finer)];
  };
  return cover(
    span.fromMs,
    span.toMs,
    TIERS.filter(({ widthMs }) => widthMs >= finest.widthMs && widthMs <= widestMs),
  );
}

/**
 * How a window is cut into buckets, and from which roll-ups they come: the finest that are still kept for its start. A
 * problem names the field and the rule where that cannot be done.
 */
export function planBuckets(
  window: { fromMs: number; toMs: number; bucketMs?: number | null },
  nowMs: number,
): BucketPlan | BucketProblem {
  const { fromMs, toMs } = window;
  if (toMs <= fromMs) return { field: "toMs", rule: "must be after fromMs" };
  if (toMs - fromMs > WINDOW_MAX_MS) return { field: "fromMs", rule: "must be at most 5 years before toMs" };
  const finestMs = finestKeptMs(fromMs, nowMs);
  const asked = window.bucketMs ?? null;
  if (asked !== null) {
    if (!(BUCKETS_MS as readonly number[]).includes(asked))
      return { field: "bucketMs", rule: `must be one of ${BUCKETS_MS.join(", ")}` };
    if (asked < finestMs)
      return { field: "bucketMs", rule: `must be at least ${finestMs}: nothing finer is kept for that time` };
    if ((toMs - fromMs) / asked > POINTS_MAX)
      return { field: "bucketMs", rule: `must make at most ${POINTS_MAX} buckets of this window` };
  }
  const bucketMs =
    asked ?? BUCKETS_MS.find((width) => width >= finestMs && (toMs - fromMs) / width <= POINTS_WANTED) ?? WEEK_MS;
  const tier = TIERS.findLast(({ widthMs }) => widthMs <= bucketMs && bucketMs % widthMs === 0) ?? TIERS[0];
  const start = bucketStart(fromMs, bucketMs);
  const end = bucketStart(toMs - 1, bucketMs) + bucketMs;
  return { fromMs: start, toMs: end, bucketMs, tier };
}

export function isBucketProblem(plan: BucketPlan | BucketProblem): plan is BucketProblem {
  return "rule" in plan;
}
