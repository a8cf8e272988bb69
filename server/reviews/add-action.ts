import { reviewActions } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { newId } from "@/server/domain/ids";
import { currentRevision } from "@/server/rollout/revision";
import type { Operator, RolloutDeps } from "@/server/rollout/types";
import { checkText, checkWeek, refused } from "./check-week";

export interface AddActionInput {
  environment: string;
  week: string;
  title: string;
  owner: string;
  /** A date such as `2026-12-01`. */
  dueOn: string;
}

/** Adds what is to be done after a review, by whom and until when. Throws BAD_REQUEST naming the field. */
export async function addAction(
  deps: Pick<RolloutDeps, "db">,
  operator: Operator,
  input: AddActionInput,
): Promise<{ id: string }> {
  requireScope(operator.principal, "operate");
  requireEnvironment(operator.principal, input.environment);
  const { environment } = input;
  const { name: week } = checkWeek(input.week);
  const action = {
    title: checkText("title", input.title, { min: 3, max: 300 }),
    owner: checkText("owner", input.owner, { min: 2, max: 100 }),
    dueOn: checkDate(input.dueOn),
  };
  const actor = operator.principal.name;
  const id = newId();
  await deps.db.transaction(async (tx) => {
    await currentRevision(tx, environment);
    await tx.insert(reviewActions).values({ id, environment, week, ...action, createdBy: actor });
    await recordAudit(tx, {
      action: "review.action_added",
      actor,
      via: operator.via,
      environment,
      target: id,
      after: { week, ...action },
      requestId: operator.requestId,
    });
  });
  return { id };
}

function checkDate(text: string): string {
  const at = new Date(`${text}T00:00:00Z`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)) return text;
  throw refused("dueOn", "must be a date such as 2026-12-01");
}
