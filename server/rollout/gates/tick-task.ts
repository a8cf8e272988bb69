import { and, eq, sql } from "drizzle-orm";
import { phaseTasks } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { TASKS } from "@/server/domain/phase-tasks";
import { AppError } from "@/server/errors";
import { REASON_MAX } from "../check-reason";
import { currentRevision } from "../revision";
import type { Operator, RolloutDeps } from "../types";

export interface TickTaskInput {
  environment: string;
  /** Key of a task of kind `human`. */
  task: string;
  /** What was done or seen; why, when a tick is taken back. */
  note: string;
  /** False takes the tick back. */
  done: boolean;
}

/**
 * Ticks a task that is a person's, with name and note, or takes the tick back. A second tick replaces the first; the
 * audit trail has both. Throws BAD_REQUEST for a task that ticks itself and for a missing note.
 */
export async function tickTask(deps: Pick<RolloutDeps, "db">, operator: Operator, input: TickTaskInput): Promise<void> {
  requireScope(operator.principal, "operate");
  requireEnvironment(operator.principal, input.environment);
  const { environment } = input;
  const task = TASKS.find(({ key }) => key === input.task);
  const names = TASKS.filter(({ kind }) => kind === "human").map(({ key }) => key);
  if (!task) throw refused("task", `must be one of ${names.join(", ")}`);
  if (task.kind !== "human") {
    throw refused(
      "task",
      `"${task.title}" ticks itself, by ${task.kind === "test" ? "a checklist run" : "measurement"}`,
    );
  }
  const note = input.note.trim();
  if (note.length === 0 || note.length > REASON_MAX) throw refused("note", `must have 1 to ${REASON_MAX} characters`);
  const actor = operator.principal.name;
  await deps.db.transaction(async (tx) => {
    await currentRevision(tx, environment);
    const where = and(eq(phaseTasks.environment, environment), eq(phaseTasks.task, task.key));
    const [before] = await tx.select().from(phaseTasks).where(where).for("update");
    if (!input.done && !before) throw new AppError("CONFLICT", `"${task.title}" is not ticked by a person`);
    const values = { doneBy: actor, note, doneAt: sql`clock_timestamp()` };
    if (input.done) {
      await tx
        .insert(phaseTasks)
        .values({ environment, task: task.key, ...values })
        .onConflictDoUpdate({ target: [phaseTasks.environment, phaseTasks.task], set: values });
    } else {
      await tx.delete(phaseTasks).where(where);
    }
    await recordAudit(tx, {
      action: input.done ? "rollout.task_ticked" : "rollout.task_unticked",
      actor,
      via: operator.via,
      environment,
      target: task.key,
      before: before ? { doneBy: before.doneBy, note: before.note } : null,
      after: input.done ? { doneBy: actor, note } : null,
      reason: note,
      requestId: operator.requestId,
    });
  });
}

function refused(field: string, rule: string): AppError {
  return new AppError("BAD_REQUEST", `${field} ${rule}`, { problems: [{ field, rule }] });
}
