import { binomialAtMost } from "./binomial";
import { CONFIDENCE } from "./wilson";

/**
 * Ranks (from 1) of the ordered values between which a quantile lies with 95 % confidence, whatever their
 * distribution: how many of n values fall below the quantile is binomial (H. A. David and H. N. Nagaraja, Order
 * Statistics, 3rd ed. 2003, §7.1). Null: too few values for a bound on that side; for the 95 % quantile the upper one
 * exists from 72 values on.
 */
export function quantileRanks(n: number, quantile: number): { low: number | null; high: number | null } {
  const tail = (1 - CONFIDENCE) / 2;
  if (n <= 0) return { low: null, high: null };
  // The highest rank that is at or below the quantile surely enough, and the lowest that is above it.
  const low = firstRank(n, (rank) => binomialAtMost(rank - 1, n, quantile) > tail) - 1;
  const high = firstRank(n, (rank) => binomialAtMost(rank - 1, n, quantile) >= 1 - tail);
  return { low: low >= 1 ? low : null, high: high <= n ? high : null };
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
