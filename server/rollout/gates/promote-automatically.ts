import { localPrincipal } from "@/server/auth/access";
import { STEP_INFO } from "@/server/domain/gates";
import { decidePromotion, type PromotionDecision } from "@/server/domain/gates-automation";
import { judgeGates } from "@/server/domain/judge-gates";
import { nextStep } from "@/server/domain/rollout-track";
import { AppError } from "@/server/errors";
import { changeShare } from "../change-share";
import { REASON_MAX } from "../check-reason";
import { currentRevision, type Revision } from "../revision";
import type { RolloutDeps } from "../types";
import { readGateFacts } from "./read-gate-facts";
import { readPolicy } from "./read-policy";
import { redGates } from "./red-gates";

/**
 * One look at an environment by the automation: raises the share to the next gradual step when the policy allows it and
 * every gate is green. It goes the same way as a person's change, gates and readiness judged again, and never
 * overrides. A refusal (a control that does not answer, a person who was faster) is a decision like any other.
 */
export async function promoteAutomatically(
  deps: RolloutDeps,
  environment: string,
  now: Date,
): Promise<{ decision: PromotionDecision; revision: Revision | null }> {
  const policy = await readPolicy(deps.db, environment);
  const seen = await currentRevision(deps.db, environment);
  const step = nextStep(seen, policy.gates);
  // Switched off, it costs nothing to look.
  const facts = policy.automation.promote ? await readGateFacts(deps.db, deps.config, environment, policy, now) : null;
  const gates = facts && step ? judgeGates(step, facts, policy.gates, now.getTime()) : [];
  const decision = decidePromotion(seen, step, gates, policy.automation);
  if (decision.toShareBp === null || decision.step === null) return { decision, revision: null };
  const operator = { principal: localPrincipal("Automatic promotion"), via: "automation" as const, requestId: null };
  try {
    const revision = await changeShare(
      { ...deps, redGates: redGates({ db: deps.db, config: deps.config, now: () => now }) },
      operator,
      {
        environment,
        shareBp: decision.toShareBp,
        phase: STEP_INFO[decision.step].phase,
        reason: decision.why.slice(0, REASON_MAX),
        seenRevision: seen.number,
        override: false,
      },
    );
    deps.log.info("rollout: automatic promotion", { environment, shareBp: decision.toShareBp });
    return { decision, revision };
  } catch (error) {
    if (!AppError.is(error) || (error.code !== "CONFLICT" && error.code !== "NOT_CONFIGURED")) throw error;
    return { decision: { toShareBp: null, step, why: error.message }, revision: null };
  }
}
