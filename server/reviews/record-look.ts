import { reviewLooks } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { dateAt, isTimeZone } from "@/server/domain/time-zone";
import { currentRevision } from "@/server/rollout/revision";
import type { Operator, RolloutDeps } from "@/server/rollout/types";
import { refused } from "./check-week";

/** Records that somebody has looked at today's metrics, as the plan's first week wants. A second look a day adds nothing. */
export async function recordLook(
  deps: Pick<RolloutDeps, "db">,
  operator: Operator,
  input: { environment: string; timeZone: string },
  nowMs: number,
): Promise<{ date: string }> {
  requireScope(operator.principal, "operate");
  requireEnvironment(operator.principal, input.environment);
  if (!isTimeZone(input.timeZone)) throw refused("timeZone", "must be a time zone such as Europe/Berlin");
  const { environment } = input;
  const date = dateAt(nowMs, input.timeZone);
  const actor = operator.principal.name;
  await deps.db.transaction(async (tx) => {
    await currentRevision(tx, environment);
    const { rowCount } = await tx
      .insert(reviewLooks)
      .values({ environment, onDate: date, by: actor })
      .onConflictDoNothing();
    if (rowCount === 0) return;
    await recordAudit(tx, {
      action: "review.looked",
      actor,
      via: operator.via,
      environment,
      target: date,
      requestId: operator.requestId,
    });
  });
  return { date };
}
