import { eq } from "drizzle-orm";
import { environments } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { keepDaysProblem } from "@/server/domain/storage";
import { AppError } from "@/server/errors";
import { checkReason } from "@/server/rollout/check-reason";
import type { Operator, RolloutDeps } from "@/server/rollout/types";

/**
 * How long an environment keeps its pictures, with an audit entry; null: for good. What was removed does not come back.
 * Throws BAD_REQUEST, NOT_FOUND for an unknown environment.
 */
export async function changeKeepDays(
  deps: Pick<RolloutDeps, "db">,
  operator: Operator,
  input: { environment: string; days: number | null; reason: string },
): Promise<{ before: number | null; after: number | null }> {
  requireScope(operator.principal, "operate");
  requireEnvironment(operator.principal, input.environment);
  const { environment, days } = input;
  const rule = keepDaysProblem(days);
  if (rule !== null) throw new AppError("BAD_REQUEST", `days ${rule}`, { problems: [{ field: "days", rule }] });
  const reason = checkReason(input.reason);
  return deps.db.transaction(async (tx) => {
    const [row] = await tx
      .select({ before: environments.keepImagesDays })
      .from(environments)
      .where(eq(environments.name, environment))
      .for("update");
    if (!row) throw new AppError("NOT_FOUND", `there is no environment ${environment}`);
    await tx.update(environments).set({ keepImagesDays: days }).where(eq(environments.name, environment));
    await recordAudit(tx, {
      action: "storage.keep_days_changed",
      actor: operator.principal.name,
      via: operator.via,
      environment,
      before: { days: row.before },
      after: { days },
      reason,
      requestId: operator.requestId,
    });
    return { before: row.before, after: days };
  });
}
