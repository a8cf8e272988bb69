import { decideAutomaticRollback } from "@/server/domain/gates-automation";
import { DEFAULT_POLICY } from "@/server/domain/gates-policy";
import { changeEvidence } from "@/server/domain/statistics/change-evidence";
import { notWorseKind } from "@/server/domain/statistics/judge-difference";
import { rateKind } from "@/server/domain/statistics/judge-rate";

/** Told of every outcome; true as soon as it would act. */
export type Method = () => (isCandidate: boolean, success: boolean) => boolean;

const { gates, automation } = DEFAULT_POLICY;
const THRESHOLD = gates.successMinBp / 10_000;
const TOLERANCE = gates.toleranceBp / 10_000;
const MARGIN = gates.notWorseMarginBp / 10_000;

function counter() {
  const sides = { candidate: { successes: 0, failures: 0 }, control: { successes: 0, failures: 0 } };
  return {
    ...sides,
    add(isCandidate: boolean, success: boolean) {
      const side = isCandidate ? sides.candidate : sides.control;
      if (success) side.successes += 1;
      else side.failures += 1;
    },
  };
}
type Counts = ReturnType<typeof counter>;
const size = (side: Counts["candidate"]) => side.successes + side.failures;
const rate = (side: Counts["candidate"]) => side.successes / size(side);

/** A method that looks at counts alone, after every outcome. */
const onCounts =
  (acts: (counts: Counts) => boolean): Method =>
  () => {
    const counts = counter();
    return (isCandidate, success) => {
      counts.add(isCandidate, success);
      return acts(counts);
    };
  };

/** The gate as shipped: "success rate above 98 %" is green. */
export const gatePasses = onCounts(
  ({ candidate }) => rateKind({ ...candidate, threshold: THRESHOLD, tolerance: TOLERANCE }) === "proved_good",
);
/** What a dashboard with a threshold does: the measured rate is above the line once there are so many. */
export const plainPasses = (min: number) =>
  onCounts(({ candidate }) => size(candidate) >= min && rate(candidate) > THRESHOLD);

/** The automatic rollback as shipped, with its newest outcomes, its control and its limits. */
export const rollsBack: Method = () => {
  const counts = counter();
  const evidence = changeEvidence(automation.rollBackBelowBp / 10_000);
  const newest: { isCandidate: boolean; success: boolean }[] = [];
  let value = 0;
  let held = 0;
  return (isCandidate, success) => {
    counts.add(isCandidate, success);
    newest.push({ isCandidate, success });
    if (isCandidate) {
      value = evidence.add(success);
      held += 1;
    }
    while (held > automation.minSample || newest[0]?.isCandidate === false) {
      if (newest.shift()?.isCandidate) held -= 1;
    }
    if (value < 20) return false;
    const recent = counter();
    for (const outcome of newest) recent.add(outcome.isCandidate, outcome.success);
    const numbers = {
      shareBp: 5_000,
      held: false,
      evidence: value,
      candidate: counts.candidate,
      recent: { fromMs: 0, candidate: recent.candidate, control: recent.control },
      controlProblem: null,
    };
    return decideAutomaticRollback(numbers, automation, null, 0).rollBack;
  };
};
export const plainRollsBack = (min: number, below: number) =>
  onCounts(({ candidate }) => size(candidate) >= min && rate(candidate) < below);

/** The comparison as shipped finds the candidate worse than the control, or not worse, by the margin. */
const compares = (kind: "proved_bad" | "proved_good") =>
  onCounts(
    ({ candidate, control }) =>
      size(candidate) > 0 && size(control) > 0 && notWorseKind(candidate, control, MARGIN) === kind,
  );
export const findsWorse = compares("proved_bad");
export const findsNotWorse = compares("proved_good");
export const plainFindsWorse = (min: number) =>
  onCounts(
    ({ candidate, control }) =>
      size(candidate) >= min && size(control) >= min && rate(candidate) < rate(control) - MARGIN,
  );
export const plainFindsNotWorse = (min: number) =>
  onCounts(
    ({ candidate, control }) =>
      size(candidate) >= min && size(control) >= min && rate(candidate) > rate(control) - MARGIN,
  );
