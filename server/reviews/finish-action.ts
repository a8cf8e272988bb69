import { eq, sql } from "drizzle-orm";
import { reviewActions } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { AppError } from "@/server/errors";
import type { Operator, RolloutDeps } from "@/server/rollout/types";

/** Ticks an action, or takes the tick back. What is so already stays, with nothing recorded twice. */
export async function finishAction(
  deps: Pick<RolloutDeps, "db">,
  operator: Operator,
  input: { id: string; done: boolean },
): Promise<void> {
  requireScope(operator.principal, "operate");
  const actor = operator.principal.name;
  await deps.db.transaction(async (tx) => {
    const [before] = await tx.select().from(reviewActions).where(eq(reviewActions.id, input.id)).for("update");
    if (!before) throw new AppError("NOT_FOUND", "there is no such action");
    requireEnvironment(operator.principal, before.environment);
    if ((before.doneAt !== null) === input.done) return;
    await tx
      .update(reviewActions)
      .set(input.done ? { doneAt: sql`clock_timestamp()`, doneBy: actor } : { doneAt: null, doneBy: null })
      .where(eq(reviewActions.id, input.id));
    await recordAudit(tx, {
      action: input.done ? "review.action_done" : "review.action_reopened",
      actor,
      via: operator.via,
      environment: before.environment,
      target: input.id,
      before: { done: before.doneAt !== null, doneBy: before.doneBy },
      after: { done: input.done, doneBy: input.done ? actor : null },
      requestId: operator.requestId,
    });
  });
}
