import { logBeta } from "./log-gamma";
import { LOG_PROOF } from "./rate-evidence";
import type { Interval } from "./wilson";

/** Outcomes of one side. Fractions are allowed: forecasts ask with expected counts. */
export interface Outcomes {
  successes: number;
  failures: number;
}

interface Weights extends Outcomes {
  log: number;
}
const weights = (successes: number, failures: number): Weights => ({
  successes,
  failures,
  log: logBeta(successes, failures),
});

/**
 * Weights of the mixture, as beta distributions near the success rates that image providers have: half of it on pairs
 * of rates that differ, half on both being one rate, which proves "no worse" sooner. Any weights give a valid test.
 */
const EACH_ITS_OWN = weights(8, 0.4);
const ONE_FOR_BOTH = weights(20, 0.4);

const STEPS_MAX = 100;
const CLOSE_ENOUGH = 1e-13;

function logMixture(prior: Weights, { successes, failures }: Outcomes): number {
  return logBeta(prior.successes + successes, prior.failures + failures) - prior.log;
}

function logAlternatives(left: Outcomes, right: Outcomes): number {
  const apart = logMixture(EACH_ITS_OWN, left) + logMixture(EACH_ITS_OWN, right);
  const together = logMixture(ONE_FOR_BOTH, {
    successes: left.successes + right.successes,
    failures: left.failures + right.failures,
  });
  const highest = Math.max(apart, together);
  return highest + Math.log((Math.exp(apart - highest) + Math.exp(together - highest)) / 2);
}

const term = (count: number, probability: number) => (count === 0 ? 0 : count * Math.log(probability));
const logLikelihood = ({ successes, failures }: Outcomes, rate: number) =>
  term(successes, rate) + term(failures, 1 - rate);

/** The highest log likelihood that any pair of rates reaches with `left − right ≤ difference`. */
function logHighest(left: Outcomes, right: Outcomes, difference: number): number {
  const n = left.successes + left.failures;
  const m = right.successes + right.failures;
  const best = { left: n > 0 ? left.successes / n : 0, right: m > 0 ? right.successes / m : 0 };
  if (n === 0 || m === 0 || best.left - best.right <= difference) {
    return logLikelihood(left, best.left) + logLikelihood(right, best.right);
  }
  // Concave on the border: Newton's steps on its slope find the top, kept inside what halving would leave.
  let low = Math.max(0, -difference);
  let high = Math.min(1, 1 - difference);
  const pooled = (n * (best.left - difference) + m * best.right) / (n + m);
  // Well inside: next to an end a step would be too short to tell from having arrived.
  const inset = (high - low) / 1_000;
  let rate = Math.min(high - inset, Math.max(low + inset, pooled));
  for (let step = 0; step < STEPS_MAX; step++) {
    const other = rate + difference;
    const slope =
      left.successes / other - left.failures / (1 - other) + right.successes / rate - right.failures / (1 - rate);
    if (slope > 0) low = rate;
    else high = rate;
    const bend =
      left.successes / other ** 2 +
      left.failures / (1 - other) ** 2 +
      right.successes / rate ** 2 +
      right.failures / (1 - rate) ** 2;
    const newton = rate + slope / bend;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - rate) < CLOSE_ENOUGH) break;
    rate = next;
  }
  return logLikelihood(left, rate + difference) + logLikelihood(right, rate);
}

/**
 * Log evidence against "the left rate exceeds the right one by at most `difference`". An e-process by universal
 * inference: a mixture over all pairs of rates, against the best pair that the hypothesis allows. However often it is
 * looked at, and however traffic was split, it ever reaches 20 under the hypothesis with a chance of at most 5 %.
 *
 * L. Wasserman, A. Ramdas, S. Balakrishnan, PNAS 117 (2020) 16880–16890, §8 (sequential); for two proportions see also
 * R. Turner, A. Ly, P. Grünwald, "Generic E-variables for exact sequential k-sample tests" (arXiv:2106.02693), whose
 * blocks of fixed size do not suit a share that moves.
 */
export function logEvidenceOfMore(left: Outcomes, right: Outcomes, difference: number): number {
  return logAlternatives(left, right) - logHighest(left, right, difference);
}

/**
 * Where `left − right` may lie, by inverting both one-sided tests: each end is wrong with a chance of at most 5 %, at
 * any look and over all looks together. Empty sides give [−1, 1].
 */
export function differenceInterval(left: Outcomes, right: Outcomes): Interval {
  const below = (from: Outcomes, to: Outcomes): number => {
    let [proved, open] = [-1, 1];
    if (logEvidenceOfMore(from, to, proved) < LOG_PROOF) return -1;
    for (let step = 0; step < STEPS_MAX && open - proved > 1e-9; step++) {
      const middle = (proved + open) / 2;
      if (logEvidenceOfMore(from, to, middle) >= LOG_PROOF) proved = middle;
      else open = middle;
    }
    return proved;
  };
  return { low: below(left, right), high: -below(right, left) };
}
