import { quantileRanks } from "./quantile-ranks";
import { LOG_PROOF, logRateEvidence, rateBets } from "./rate-evidence";
import { BLANK, leastMore, noData, type TimeSpan, type Verdict } from "./verdict";
import { countWords, secondsWords } from "./words";

export interface QuantileQuestion {
  /** Which quantile, between 0 and 1: 0.95. */
  quantile: number;
  n: number;
  /** How many of them lie below the limit. */
  under: number;
  limitMs: number;
  /** The quantile as measured, and the values at the ranks of `quantileRanks`; null where there is no such rank. */
  valueMs: number | null;
  lowMs: number | null;
  highMs: number | null;
  /** As in `judgeRate`, of the part that lies below the limit. */
  tolerance: number;
  subject: string;
  window: TimeSpan | null;
}

/**
 * Does a quantile of times lie below its limit? The interval is the order statistics' one; and since "p95 below the
 * limit" says that 95 % of the times are below it, the same tests guard against many looks as for a rate.
 */
export function judgeQuantile(question: QuantileQuestion): Verdict {
  const { quantile, n, under, limitMs, tolerance, subject, window } = question;
  if (n === 0) return noData("ms", `no ${subject} yet`, window, limitMs);
  const good = rateBets(Math.max(quantile - tolerance, quantile / 2), "above");
  const isGood = (below: number, all: number) => {
    const { high } = quantileRanks(all, quantile);
    return high !== null && below >= high && logRateEvidence(good, below, all - below) >= LOG_PROOF;
  };
  const { low } = quantileRanks(n, quantile);
  const isBad =
    low !== null && under < low && logRateEvidence(rateBets(quantile, "below"), under, n - under) >= LOG_PROOF;
  const kind = isGood(under, n) ? "proved_good" : isBad ? "proved_bad" : "not_proved_yet";
  const more = kind === "not_proved_yet" ? leastMore((m) => isGood(under + m, n + m)) : null;
  const measured = question.valueMs === null ? "" : `p${Math.round(quantile * 100)} ${secondsWords(question.valueMs)} `;
  const open = more === null ? "" : `: not proved yet, about ${countWords(more)} more below ${secondsWords(limitMs)}`;
  return {
    ...BLANK,
    kind,
    unit: "ms",
    value: question.valueMs,
    n,
    interval: { low: question.lowMs, high: question.highMs },
    method: "order statistics, 95%, and a test that holds at every look",
    threshold: limitMs,
    good: "below",
    more,
    window,
    words: `${measured}over ${countWords(n)} ${subject}${open}`,
  };
}
