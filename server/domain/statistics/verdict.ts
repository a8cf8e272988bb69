import type { Interval } from "./wilson";

/** The only four things that a gate ever says of its evidence. */
export const VERDICT_KINDS = ["proved_good", "proved_bad", "not_proved_yet", "no_data"] as const;
export type VerdictKind = (typeof VERDICT_KINDS)[number];

/** `rate`: 0 to 1. `points`: a difference of two rates, −1 to 1. `ms`: time. `count`, `fact` (1 or 0): as they are. */
export type VerdictUnit = "rate" | "points" | "ms" | "count" | "fact";

export interface TimeSpan {
  fromMs: number;
  /** Exclusive. */
  toMs: number;
}

export interface Verdict {
  kind: VerdictKind;
  unit: VerdictUnit;
  /** As measured; null without data. */
  value: number | null;
  /** How many observations are behind it. */
  n: number;
  /** Ends that are open (too few values for a bound) are null; the whole is null where nothing was estimated. */
  interval: { low: number | null; high: number | null } | null;
  /** In words fit for people: "Wilson, 95 %". */
  method: string | null;
  threshold: number | null;
  /** On which side of the threshold it is good. */
  good: "above" | "below" | null;
  /** "About N more": how many further observations would prove it if none of them fails. Null: cannot be said. */
  more: number | null;
  /** The same if failures go on at the measured rate. Null: at that rate it will not be proved. */
  moreAtThisRate: number | null;
  window: TimeSpan | null;
  /** The whole in one sentence. */
  words: string;
}

const MORE_MAX = 2 ** 22;

/** The least whole number from 1 on that satisfies a condition which stays true once it is; null beyond four million. */
export function leastMore(holds: (more: number) => boolean): number | null {
  let to = 1;
  while (!holds(to)) {
    to *= 2;
    if (to > MORE_MAX) return null;
  }
  let below = to >> 1;
  while (to - below > 1) {
    const middle = (below + to) >> 1;
    if (holds(middle)) to = middle;
    else below = middle;
  }
  return to;
}

export function noData(unit: VerdictUnit, words: string, window: TimeSpan | null, threshold: number | null): Verdict {
  return { ...BLANK, kind: "no_data", unit, words, window, threshold };
}

/** A verdict with nothing known; what is known is spread over it. */
export const BLANK = {
  value: null,
  n: 0,
  interval: null,
  method: null,
  threshold: null,
  good: null,
  more: null,
  moreAtThisRate: null,
  window: null,
} as const satisfies Partial<Verdict>;

export function flipped({ low, high }: Interval): Interval {
  return { low: 1 - high, high: 1 - low };
}
