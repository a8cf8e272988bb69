import { and, eq, isNull } from "drizzle-orm";
import { checklistRun } from "@/db/queries/checklist";
import { checklistRuns } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { AppError } from "@/server/errors";
import type { Operator, RolloutDeps } from "@/server/rollout/types";

/** Asks a run to end; its worker cancels what is under way and puts back what it changed. Harmless twice. */
export async function cancelRun(
  deps: Pick<RolloutDeps, "db">,
  operator: Operator,
  input: { runId: string },
): Promise<void> {
  requireScope(operator.principal, "operate");
  await deps.db.transaction(async (tx) => {
    const run = await checklistRun(tx, input.runId);
    if (!run) throw new AppError("NOT_FOUND", "there is no such checklist run");
    requireEnvironment(operator.principal, run.environment);
    if (run.endedAt !== null || run.cancelRequestedBy !== null) return;
    await tx
      .update(checklistRuns)
      .set({ cancelRequestedBy: operator.principal.name })
      .where(and(eq(checklistRuns.id, run.id), isNull(checklistRuns.endedAt)));
    await recordAudit(tx, {
      action: "checklist.cancelled",
      actor: operator.principal.name,
      via: operator.via,
      environment: run.environment,
      target: run.id,
      requestId: operator.requestId,
    });
  });
}
