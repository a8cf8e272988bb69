import type { Outcomes } from "./compare-rates";
import { type Interval, wilson } from "./wilson";

/**
 * Interval for `left − right` at 95 %, for one look: R. G. Newcombe's method 10 (Statistics in Medicine 17, 1998,
 * 873–890), which joins two Wilson intervals. For windows that slide, where no sequential test applies.
 */
export function differenceAtOnce(left: Outcomes, right: Outcomes): Interval {
  const n = left.successes + left.failures;
  const m = right.successes + right.failures;
  if (n <= 0 || m <= 0) return { low: -1, high: 1 };
  const a = wilson(left.successes, left.failures);
  const b = wilson(right.successes, right.failures);
  const rateA = left.successes / n;
  const rateB = right.successes / m;
  const difference = rateA - rateB;
  return {
    low: difference - Math.hypot(rateA - a.low, b.high - rateB),
    high: difference + Math.hypot(a.high - rateA, rateB - b.low),
  };
}
