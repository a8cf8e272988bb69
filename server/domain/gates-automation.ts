import { type GateResult, isAsked, STEP_INFO, type Step } from "./gates";
import type { AutomationPolicy } from "./gates-policy";
import type { Outcomes } from "./statistics/compare-rates";
import { PROOF } from "./statistics/rate-evidence";
import { countWords, percentWords, spanWords } from "./statistics/words";
import { CANDIDATE, CONTROL, PROVIDER_NAMES } from "./vocabulary";

/** What an automatic rollback is decided on, kept with it. A generation that a fallback saved is a failure here. */
export interface RollbackNumbers {
  shareBp: number;
  held: boolean;
  /** `changeEvidence` over the candidate's outcomes since its share was set, in their order. */
  evidence: number;
  /** All outcomes of the candidate behind that. */
  candidate: Outcomes;
  /** The candidate's newest outcomes, `minSample` of them, and what the control did in the same time. */
  recent: { fromMs: number | null; candidate: Outcomes; control: Outcomes };
  /** Why the control could not take the traffic, in words that follow its name; null when it is ready. */
  controlProblem: string | null;
}

export interface RollbackDecision {
  rollBack: boolean;
  /** Why, or why not, in one sentence with its numbers. */
  why: string;
  numbers: RollbackNumbers;
}

/** Fewer outcomes of the control than this say nothing about it. */
const CONTROL_MIN = 10;
const MINUTE_MS = 60_000;

/**
 * Takes all traffic from the candidate, or leaves it; never gives it any. At most once per cool-down, only on proof
 * (with a chance of at most 5 % that a candidate which reaches the bound is ever taken back), only while the newest
 * outcomes are bad too, and only to a control that is ready and does better.
 */
export function decideAutomaticRollback(
  numbers: RollbackNumbers,
  policy: AutomationPolicy,
  lastAutomaticAtMs: number | null,
  nowMs: number,
): RollbackDecision {
  const decide = (rollBack: boolean, why: string): RollbackDecision => ({ rollBack, why, numbers });
  const candidate = PROVIDER_NAMES[CANDIDATE];
  const control = PROVIDER_NAMES[CONTROL];
  if (!policy.rollBack) return decide(false, "automatic rollback is switched off");
  if (numbers.shareBp === 0 || numbers.held) return decide(false, `${candidate} has no traffic to take back`);
  const n = total(numbers.candidate);
  if (n < policy.minSample) {
    return decide(false, `${countWords(n)} outcomes of ${candidate}, ${countWords(policy.minSample)} are needed`);
  }
  const bound = policy.rollBackBelowBp / 10_000;
  if (numbers.evidence < PROOF) return decide(false, `${candidate} is not proved to be below ${percentWords(bound)}`);
  const { recent } = numbers;
  const rate = successRate(recent.candidate);
  if (rate >= bound) {
    return decide(false, `${candidate} was below ${percentWords(bound)}, but its newest outcomes are not`);
  }
  const measured = `${candidate} is proved to be below ${percentWords(bound)}: ${ratio(recent.candidate)} of its newest succeeded`;
  const coolDownMs = policy.coolDownMinutes * MINUTE_MS;
  if (lastAutomaticAtMs !== null && nowMs - lastAutomaticAtMs < coolDownMs) {
    const leftMs = coolDownMs - (nowMs - lastAutomaticAtMs);
    return decide(false, `${measured}; the last automatic rollback was so lately that ${spanWords(leftMs)} must pass`);
  }
  if (numbers.controlProblem !== null) {
    return decide(false, `${measured}; but ${control} ${numbers.controlProblem}`);
  }
  const controlN = total(recent.control);
  if (controlN >= CONTROL_MIN && successRate(recent.control) <= rate) {
    return decide(false, `${measured}; but ${control} does no better: ${ratio(recent.control)} in the same time`);
  }
  const beside = controlN === 0 ? "" : `, against ${ratio(recent.control)} at ${control}`;
  return decide(true, `${measured}${beside} (evidence ${evidenceWords(numbers.evidence)}, ${PROOF} is proof)`);
}

const total = ({ successes, failures }: Outcomes) => successes + failures;
const successRate = (outcomes: Outcomes) => (total(outcomes) === 0 ? 1 : outcomes.successes / total(outcomes));
const ratio = (outcomes: Outcomes) => `${countWords(outcomes.successes)} of ${countWords(total(outcomes))}`;
const evidenceWords = (evidence: number) => (evidence > 1_000_000 ? "above 1,000,000" : countWords(evidence));

const NOTHING_MORE = { blindWinRateMinBp: 0 };

export interface PromotionDecision {
  /** Null: leave the share as it is. */
  toShareBp: number | null;
  step: Step | null;
  why: string;
}

/**
 * Raises the share to the next gradual step when all its gates are green. The first traffic and the deprecation are a
 * person's decision always: from 0 % nothing starts by itself, and so nothing comes back by itself after a rollback.
 */
export function decidePromotion(
  revision: { candidateShareBp: number; held: boolean },
  step: Step | null,
  gates: readonly GateResult[],
  policy: AutomationPolicy,
): PromotionDecision {
  const stay = (why: string): PromotionDecision => ({ toShareBp: null, step, why });
  if (!policy.promote) return stay("automatic promotion is switched off");
  if (revision.held) return stay("the rollout is held since its rollback");
  if (revision.candidateShareBp === 0) return stay("the first traffic is a person's decision");
  const info = step === null ? null : STEP_INFO[step];
  if (step === null || info === null || info.phase !== "gradual" || info.shareBp === null) {
    return stay("there is no further gradual step");
  }
  const red = gates.filter(({ green }) => !green);
  if (red.length > 0) return stay(`not green: ${red.map(({ title }) => title).join("; ")}`);
  const judged = new Set(gates.map(({ key }) => key));
  // A gate that is only there by policy may be absent; none of the others may.
  if (info.gates.some((key) => isAsked(key, NOTHING_MORE) && !judged.has(key)))
    return stay("not every gate of the step was judged");
  const numbers = gates.map(({ title, verdict }) => `${title} (${verdict.words})`).join("; ");
  return { toShareBp: info.shareBp, step, why: `every gate of ${info.title} is green: ${numbers}` };
}
