import { binomialAtMost } from "./binomial";
import { CONFIDENCE, Z_BOTH } from "./wilson";

/**
 * Ranks (from 1) of the ordered values between which a quantile lies with 95 % confidence, whatever their
 * distribution: how many of n values fall below the quantile is binomial (H. A. David and H. N. Nagaraja, Order
 * Statistics, 3rd ed. 2003, §7.1). Null: too few values for a bound on that side; for the 95 % quantile the upper one
 * exists from 72 values on. Where very many values make each of the binomial's sums dear, it is expanded (below).
 */
export function quantileRanks(n: number, quantile: number): { low: number | null; high: number | null } {
  const tail = (1 - CONFIDENCE) / 2;
  if (n <= 0) return { low: null, high: null };
  if (n * quantile * (1 - quantile) >= EXPANDED_FROM)
    return { low: expandedCount(n, quantile, -Z_BOTH), high: expandedCount(n, quantile, Z_BOTH) + 1 };
  // The highest rank that is at or below the quantile surely enough, and the lowest that is above it.
  const low = firstRank(n, (rank) => binomialAtMost(rank - 1, n, quantile) > tail) - 1;
  const high = firstRank(n, (rank) => binomialAtMost(rank - 1, n, quantile) >= 1 - tail);
  return { low: low >= 1 ? low : null, high: high <= n ? high : null };
}

/** The variance from which the expansion is off by less than a thousandth of a rank. */
const EXPANDED_FROM = 1_000;

/**
 * The least count that a binomial is at or below with the normal distribution's chance at z: Cornish and Fisher's
 * expansion to the fourth cumulant (Johnson, Kemp, Kotz, Univariate Discrete Distributions, 3rd ed. 2005, §1.2.8), with
 * Sheppard's correction of the variance, since the counts are whole.
 */
function expandedCount(n: number, p: number, z: number): number {
  const variance = n * p * (1 - p);
  const spread = Math.sqrt(variance + 1 / 12);
  const skewness = (1 - 2 * p) / spread;
  const excess = (1 - 6 * p * (1 - p)) / variance;
  const at =
    z + (skewness * (z * z - 1)) / 6 + (excess * (z ** 3 - 3 * z)) / 24 - (skewness ** 2 * (2 * z ** 3 - 5 * z)) / 36;
  return Math.ceil(n * p + spread * at - 0.5);
}

/** The first of the ranks 1 to n for which the condition holds, n + 1 if none; once true it stays true. */
function firstRank(n: number, holds: (rank: number) => boolean): number {
  let [below, from] = [0, n + 1];
  while (from - below > 1) {
    const middle = (below + from) >> 1;
    if (holds(middle)) from = middle;
    else below = middle;
  }
  return from;
}
