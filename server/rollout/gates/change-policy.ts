import { sql } from "drizzle-orm";
import { ZodError } from "zod";
import { environmentPolicies } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { changedPolicy, type PolicyChange, parsePolicy, type RolloutPolicy } from "@/server/domain/gates-policy";
import { zodProblems } from "@/server/domain/zod-problems";
import { AppError } from "@/server/errors";
import { checkReason } from "../check-reason";
import { currentRevision } from "../revision";
import type { Operator, RolloutDeps } from "../types";
import { storedPolicy } from "./read-policy";

export interface ChangePolicyInput {
  environment: string;
  /** Only the keys that change; null takes one back to its default. */
  change: PolicyChange;
  reason: string;
}

/**
 * Changes thresholds or automation of an environment, with an audit entry. Gates are judged by the new ones from the
 * next look on. Throws BAD_REQUEST naming each key that breaks its rule, NOT_FOUND for an unknown environment.
 */
export async function changePolicy(
  deps: Pick<RolloutDeps, "db">,
  operator: Operator,
  input: ChangePolicyInput,
): Promise<RolloutPolicy> {
  requireScope(operator.principal, "operate");
  requireEnvironment(operator.principal, input.environment);
  const reason = checkReason(input.reason);
  const actor = operator.principal.name;
  return deps.db.transaction(async (tx) => {
    await currentRevision(tx, input.environment);
    // Two people at once must not lose one of their changes; the row may not exist yet, so its name is locked.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`policy ${input.environment}`}))`);
    const before = await storedPolicy(tx, input.environment);
    const policy = checked(() => changedPolicy(before, input.change));
    const values = { policy, updatedBy: actor, updatedAt: sql`clock_timestamp()` };
    await tx
      .insert(environmentPolicies)
      .values({ environment: input.environment, ...values })
      .onConflictDoUpdate({ target: environmentPolicies.environment, set: values });
    await recordAudit(tx, {
      action: "rollout.policy_changed",
      actor,
      via: operator.via,
      environment: input.environment,
      before,
      after: policy,
      reason,
      requestId: operator.requestId,
    });
    return parsePolicy(policy);
  });
}

function checked<T>(change: () => T): T {
  try {
    return change();
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    const problems = zodProblems(error);
    const list = problems.map(({ field, rule }) => `${field}: ${rule}`).join("; ");
    throw new AppError("BAD_REQUEST", `the policy breaks a rule: ${list}`, { problems });
  }
}
