/**
 * An e-process for a rate against a fixed bound: a mixture of likelihood ratios of simple alternatives on one side of
 * it. Under every rate on the other side each ratio is a non-negative supermartingale that starts at 1, so by Ville's
 * inequality the chance that it *ever* reaches 20 is at most 5 %, with a look after every generation.
 *
 * H. Robbins, Annals of Mathematical Statistics 41 (1970) 1397–1409 (method of mixtures); S. R. Howard, A. Ramdas,
 * J. McAuliffe, J. Sekhon, Annals of Statistics 49 (2021) 1055–1080; I. Waudby-Smith and A. Ramdas, JRSS B 86 (2024)
 * 1–27 (the same wealth as a bet); A. Ramdas, P. Grünwald, V. Vovk, G. Shafer, Statistical Science 38 (2023) 576–601.
 */
export interface RateBets {
  /** Per alternative: what one success and one failure add to its log likelihood ratio, and its log weight. */
  bets: readonly { onSuccess: number; onFailure: number; logWeight: number }[];
}

/** Evidence of this size and more is taken as proof: its chance under the other hypothesis is at most 1 in 20, ever. */
export const PROOF = 20;
export const LOG_PROOF = Math.log(PROOF);

/** Odds of failing in the alternatives against those at the bound. Spread by eye over what providers do. */
const ODDS_RATIOS = [1.25, 1.6, 2.2, 3.5, 6, 12, 30, 100] as const;

/** `above`: against "the rate is at most the bound"; `below`: against "it is at least the bound". */
export function rateBets(bound: number, side: "above" | "below"): RateBets {
  if (!(bound > 0 && bound < 1)) throw new RangeError(`a bound must lie between 0 and 1, not ${bound}`);
  const odds = (1 - bound) / bound;
  const rates = ODDS_RATIOS.map((ratio) => 1 / (1 + (side === "above" ? odds / ratio : odds * ratio)));
  // A clean run is the commonest proof of all: one alternative bets that nothing ever fails.
  if (side === "above") rates.push(1);
  const logWeight = -Math.log(rates.length);
  return {
    bets: rates.map((rate) => ({
      onSuccess: Math.log(rate / bound),
      onFailure: rate === 1 ? Number.NEGATIVE_INFINITY : Math.log((1 - rate) / (1 - bound)),
      logWeight,
    })),
  };
}

/** Natural logarithm of the evidence. The order of outcomes does not matter, so counts are all it needs. */
export function logRateEvidence({ bets }: RateBets, successes: number, failures: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  const logs: number[] = [];
  for (const bet of bets) {
    const log = bet.logWeight + successes * bet.onSuccess + (failures > 0 ? failures * bet.onFailure : 0);
    logs.push(log);
    if (log > highest) highest = log;
  }
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - highest);
  return highest + Math.log(sum);
}
