import { revisionReasons } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { newId } from "@/server/domain/ids";
import { AppError } from "@/server/errors";
import { REASON_MAX } from "./check-reason";
import { revisionByNumber } from "./revision";
import type { Operator, RolloutDeps } from "./types";

/** Gives a revision its reason afterwards ("roll back now, explain later"). The newest one given is shown. */
export async function addReason(
  deps: RolloutDeps,
  operator: Operator,
  input: { environment: string; revision: number; reason: string },
): Promise<void> {
  requireScope(operator.principal, "operate");
  requireEnvironment(operator.principal, input.environment);
  const reason = input.reason.trim();
  if (reason.length === 0 || reason.length > REASON_MAX) {
    const rule = `must have 1 to ${REASON_MAX} characters`;
    throw new AppError("BAD_REQUEST", `reason ${rule}`, { problems: [{ field: "reason", rule }] });
  }
  await deps.db.transaction(async (tx) => {
    const revision = await revisionByNumber(tx, input.environment, input.revision);
    await tx
      .insert(revisionReasons)
      .values({ id: newId(), revisionId: revision.id, reason, actor: operator.principal.name });
    await recordAudit(tx, {
      action: "rollout.reason_added",
      actor: operator.principal.name,
      via: operator.via,
      environment: input.environment,
      target: `revision ${revision.number}`,
      after: { reason },
      reason,
      requestId: operator.requestId,
    });
  });
}
