import { differenceInterval, logEvidenceOfMore, type Outcomes } from "./compare-rates";
import { differenceAtOnce } from "./difference-at-once";
import { LOG_PROOF } from "./rate-evidence";
import { BLANK, leastMore, noData, type TimeSpan, type Verdict, type VerdictKind } from "./verdict";
import { countWords, percentWords, pointsWords } from "./words";

interface Pair {
  left: Outcomes;
  right: Outcomes;
  /** In words: whose they are. */
  leftName: string;
  rightName: string;
  /** Above 0. */
  margin: number;
  window: TimeSpan | null;
}

const isNotWorse = (left: Outcomes, right: Outcomes, margin: number) =>
  logEvidenceOfMore(left, right, -margin) >= LOG_PROOF;

/** The verdict of `judgeNotWorse` alone. Both sides must have outcomes. */
export function notWorseKind(left: Outcomes, right: Outcomes, margin: number): VerdictKind {
  if (isNotWorse(left, right, margin)) return "proved_good";
  return logEvidenceOfMore(right, left, margin) >= LOG_PROOF ? "proved_bad" : "not_proved_yet";
}

/**
 * Is the left side's success rate not worse than the right one's by more than the margin? By the sequential test of
 * `compare-rates.ts`: neither a false "good" nor a false "bad" comes with a chance of more than 5 %, over all looks.
 * `more` counts further outcomes of the left side, with both sides going on at their measured rates.
 */
export function judgeNotWorse(pair: Pair): Verdict {
  const { left, right, margin } = pair;
  const missing = missingSide(pair, "points", -margin);
  if (missing) return missing;
  const isGood = (a: Outcomes, b: Outcomes) => isNotWorse(a, b, margin);
  return {
    ...describe(pair, notWorseKind(left, right, margin), isGood),
    interval: differenceInterval(left, right),
    method: "universal inference, 95% each side, holds at every look",
    threshold: -margin,
    good: "above",
  };
}

/**
 * Has a rate not risen by more than the margin, from the right side (before) to the left (now)? "Successes" are the
 * events whose rate it is. For one look: its windows slide, so outcomes leave them again.
 */
export function judgeNotRisen(pair: Pair): Verdict {
  const { left, right, margin } = pair;
  const missing = missingSide(pair, "points", margin);
  if (missing) return missing;
  const isGood = (a: Outcomes, b: Outcomes) => differenceAtOnce(a, b).high < margin;
  const interval = differenceAtOnce(left, right);
  const kind = isGood(left, right) ? "proved_good" : interval.low > margin ? "proved_bad" : "not_proved_yet";
  return {
    ...describe(pair, kind, isGood),
    interval,
    method: "Newcombe, 95%, for one look",
    threshold: margin,
    good: "below",
  };
}

const sizeOf = ({ successes, failures }: Outcomes) => successes + failures;
const rateOf = (outcomes: Outcomes) => outcomes.successes / sizeOf(outcomes);

function missingSide(pair: Pair, unit: "points", threshold: number): Verdict | null {
  const empty = [
    sizeOf(pair.left) === 0 ? pair.leftName : null,
    sizeOf(pair.right) === 0 ? pair.rightName : null,
  ].filter((name) => name !== null);
  return empty.length === 0
    ? null
    : noData(unit, `no generations yet of ${empty.join(" and of ")}`, pair.window, threshold);
}

function describe(
  { left, right, leftName, rightName, window }: Pair,
  kind: Verdict["kind"],
  isGood: (left: Outcomes, right: Outcomes) => boolean,
): Verdict {
  const grown = (outcomes: Outcomes, factor: number): Outcomes => ({
    successes: outcomes.successes * factor,
    failures: outcomes.failures * factor,
  });
  const n = sizeOf(left);
  const more =
    kind === "not_proved_yet" ? leastMore((m) => isGood(grown(left, 1 + m / n), grown(right, 1 + m / n))) : null;
  const difference = rateOf(left) - rateOf(right);
  const sides =
    `${percentWords(rateOf(left))} of ${countWords(n)} (${leftName}) against ` +
    `${percentWords(rateOf(right))} of ${countWords(sizeOf(right))} (${rightName})`;
  const open =
    kind !== "not_proved_yet"
      ? ""
      : more === null
        ? ": not proved yet, and not to be proved at these rates"
        : `: not proved yet, about ${countWords(more)} more at these rates`;
  return {
    ...BLANK,
    kind,
    unit: "points",
    value: difference,
    n: n + sizeOf(right),
    more,
    moreAtThisRate: more,
    window,
    words: `${sides}, ${pointsWords(difference)}${open}`,
  };
}
