export interface Interval {
  low: number;
  high: number;
}

export type Sides = "both" | "lower" | "upper";

/** Confidence of every interval that is shown or judged by. */
export const CONFIDENCE = 0.95;

/** Quantiles of the normal distribution at 0.975 and at 0.95. */
export const Z_BOTH = 1.959963984540054;
const Z_ONE = 1.6448536269514722;

/**
 * Wilson's score interval for a rate (E. B. Wilson, JASA 22, 1927, 209–212; recommended by Brown, Cai and DasGupta,
 * Statistical Science 16, 2001, 101–133) at 95 %. `both` leaves 2.5 % on either side; `lower` and `upper` leave 5 % on
 * the side that they bound and reach 0 or 1 on the other. Counts may be fractions: forecasts ask with expected ones.
 * Nothing counted gives [0, 1].
 *
 * Of the usual bounds it is the two-sided one that gives the plan's table: a rate is shown to be at least 98 % by 189
 * clean generations, 280 with one failure, 361 with two; 95 % by 73 clean. (One-sided it would take 133, and by
 * Clopper and Pearson's exact bounds 183 two-sided, 149 one-sided.)
 */
export function wilson(successes: number, failures: number, sides: Sides = "both"): Interval {
  const n = successes + failures;
  if (n <= 0) return { low: 0, high: 1 };
  const z = sides === "both" ? Z_BOTH : Z_ONE;
  const z2 = z * z;
  const middle = (successes + z2 / 2) / (n + z2);
  const half = (z / (n + z2)) * Math.sqrt((successes * failures) / n + z2 / 4);
  // Exact ends where rounding would leave 0.9999999: a clean run does not exclude a rate of 1.
  return {
    low: sides === "upper" || successes === 0 ? 0 : Math.max(0, middle - half),
    high: sides === "lower" || failures === 0 ? 1 : Math.min(1, middle + half),
  };
}
