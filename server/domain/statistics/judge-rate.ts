import { LOG_PROOF, logRateEvidence, rateBets } from "./rate-evidence";
import { BLANK, flipped, leastMore, noData, type TimeSpan, type Verdict, type VerdictKind } from "./verdict";
import { wilson } from "./wilson";
import { countWords, percentWords } from "./words";

export interface RateQuestion {
  successes: number;
  failures: number;
  /** The success rate to be shown, between 0 and 1. */
  threshold: number;
  /**
   * How far below the threshold a rate may lie before passing it counts as a false pass. The proof must hold against
   * threshold − tolerance however often it is looked at; 0 asks for it against the threshold itself.
   */
  tolerance: number;
  /** Show it as a rate of failures, that must stay below 1 − threshold. */
  showFailures?: boolean;
  /** What is counted, in the plural: "generations", "attempts". */
  subject: string;
  /** Other words than "succeeded" and "more without a failure". */
  said?: { done: string; more: string };
  window: TimeSpan | null;
}

const METHOD = "Wilson, 95% both sides, and a test that holds at every look";

/** The verdict alone, cheap enough to be asked after every one of millions of simulated generations. */
export function rateKind(
  question: Pick<RateQuestion, "successes" | "failures" | "threshold" | "tolerance">,
): VerdictKind {
  const { successes, failures, threshold } = question;
  if (successes + failures === 0) return "no_data";
  const bets = betsOf(question);
  if (isProvedGood(bets, threshold, successes, failures)) return "proved_good";
  const isBad =
    wilson(successes, failures).high < threshold && logRateEvidence(bets.bad, successes, failures) >= LOG_PROOF;
  return isBad ? "proved_bad" : "not_proved_yet";
}

/**
 * Does a success rate reach its threshold?
 *
 * Proved good: Wilson's interval lies at or above the threshold (so 189 clean ones prove 98 %), *and* the evidence
 * against threshold − tolerance has reached 20. The second makes looking after every generation harmless: a provider
 * that is worse by the tolerance passes, ever, with a chance of at most 5 %.
 * Proved bad: the interval lies below the threshold, and so does the evidence, against the threshold itself: a provider
 * that reaches it is called bad, ever, with a chance of at most 5 %.
 */
export function judgeRate(question: RateQuestion): Verdict {
  const { successes, failures, threshold, showFailures = false, subject, said, window } = question;
  const n = successes + failures;
  const limit = showFailures ? 1 - threshold : threshold;
  if (n === 0) return noData("rate", `no ${subject} yet`, window, limit);
  const bets = betsOf(question);
  const kind = rateKind(question);
  const isGood = (s: number, f: number) => isProvedGood(bets, threshold, s, f);
  const open = kind === "not_proved_yet";
  const more = open ? leastMore((m) => isGood(successes + m, failures)) : null;
  const rate = successes / n;
  const moreAtThisRate =
    open && rate > threshold ? leastMore((m) => isGood(successes + m * rate, failures + m * (1 - rate))) : null;
  const interval = wilson(successes, failures);
  const measured = showFailures
    ? `${countWords(failures)} of ${countWords(n)} ${subject} failed (${percentWords(failures / n)})`
    : `${countWords(successes)} of ${countWords(n)} ${subject} ${said?.done ?? "succeeded"} (${percentWords(rate)})`;
  return {
    ...BLANK,
    kind,
    unit: "rate",
    value: showFailures ? failures / n : rate,
    n,
    interval: showFailures ? flipped(interval) : interval,
    method: METHOD,
    threshold: limit,
    good: showFailures ? "below" : "above",
    more,
    moreAtThisRate,
    window,
    words: `${measured}${open ? `: ${moreWords(more, failures > 0 ? moreAtThisRate : null, said?.more)}` : ""}`,
  };
}

function moreWords(more: number | null, moreAtThisRate: number | null, without = "more without a failure"): string {
  if (more === null) return "not proved yet";
  const further = moreAtThisRate === null ? "" : `, or ${countWords(moreAtThisRate)} at the present rate`;
  return `not proved yet, about ${countWords(more)} ${without}${further}`;
}

interface Bets {
  good: ReturnType<typeof rateBets>;
  bad: ReturnType<typeof rateBets>;
}

function betsOf({ threshold, tolerance }: Pick<RateQuestion, "threshold" | "tolerance">): Bets {
  const known = `${threshold} ${tolerance}`;
  const found = BETS.get(known);
  if (found) return found;
  // A tolerance that reaches down to 0 would leave nothing to test against.
  const guarded = Math.max(threshold - tolerance, threshold / 2);
  const bets = { good: rateBets(guarded, "above"), bad: rateBets(threshold, "below") };
  BETS.set(known, bets);
  return bets;
}
/** A handful of policies' worth; simulations ask millions of times. */
const BETS = new Map<string, Bets>();

function isProvedGood(bets: Bets, threshold: number, successes: number, failures: number): boolean {
  return wilson(successes, failures).low >= threshold && logRateEvidence(bets.good, successes, failures) >= LOG_PROOF;
}
