import { rateBets } from "./rate-evidence";

/** 1 / Σ 1/(k ln² k) for k from 2 on: the weights of all starts add up to 1. */
const SCALE = 1 / 2.109742801236892;
/** Far beyond proof; keeps long runs of failures from leaving the range of numbers. */
const CEILING = 1e150;

export interface ChangeEvidence {
  /** Takes the next outcome; gives the evidence as it stands, to be held against `PROOF`. */
  add(success: boolean): number;
}

/**
 * Evidence that a rate lies below the bound, now or since some moment: a mixture over all starts of the process in
 * `rate-evidence.ts`, so that a long good past does not hide a sudden end. It stays an e-process: while the rate is at
 * the bound or above, the chance that it ever reaches 20 is at most 5 %. Constant work per outcome.
 *
 * A mixture over starting times, as in G. Lorden and M. Pollak, Annals of Statistics 33 (2005) 1422–1454, and
 * J. Shin, A. Ramdas, A. Rinaldo, "E-detectors", New England Journal of Statistics in Data Science 2 (2024) 229–260.
 */
export function changeEvidence(bound: number): ChangeEvidence {
  const bets = rateBets(bound, "below").bets.map((bet) => ({
    onSuccess: Math.exp(bet.onSuccess),
    onFailure: Math.exp(bet.onFailure),
    weight: Math.exp(bet.logWeight),
  }));
  const wealth = bets.map(() => 0);
  let start = 1;
  return {
    add(success) {
      start += 1;
      const fresh = SCALE / (start * Math.log(start) ** 2);
      let total = 0;
      for (const [index, bet] of bets.entries()) {
        const before = (wealth[index] ?? 0) + fresh * bet.weight;
        const after = Math.min(CEILING, before * (success ? bet.onSuccess : bet.onFailure));
        wealth[index] = after;
        total += after;
      }
      return total;
    },
  };
}
