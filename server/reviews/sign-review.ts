import { sql } from "drizzle-orm";
import { reviews } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { isTimeZone } from "@/server/domain/time-zone";
import { AppError } from "@/server/errors";
import { currentRevision } from "@/server/rollout/revision";
import type { Operator, RolloutDeps } from "@/server/rollout/types";
import { checkText, checkWeek, refused } from "./check-week";
import { freeze } from "./frozen";
import { lockReview } from "./lock-review";
import { readWeekNow } from "./read-review";

export interface SignReviewInput {
  environment: string;
  week: string;
  timeZone: string;
  /** Who signs, in their own words. */
  name: string;
  /** The total that was on the page: what is signed is what was seen. Null where it was unknown. */
  seenCostMicros: number | null;
}

/**
 * Signs a week that is over: its numbers are kept as they are and never change again; what is corrected later shows as
 * a difference. Throws CONFLICT where it is signed already or its numbers have moved since they were looked at.
 */
export async function signReview(
  deps: Pick<RolloutDeps, "db" | "config">,
  operator: Operator,
  input: SignReviewInput,
  nowMs: number,
): Promise<void> {
  requireScope(operator.principal, "operate");
  requireEnvironment(operator.principal, input.environment);
  const { environment, timeZone } = input;
  const { week, name } = checkWeek(input.week);
  const by = checkText("name", input.name, { min: 2, max: 100 });
  if (!isTimeZone(timeZone)) throw refused("timeZone", "must be a time zone such as Europe/Berlin");
  const costs = await readWeekNow(deps, { environment, week, timeZone }, nowMs);
  if (costs.isRunning) throw refused("week", `is not over: ${name} can be signed once its Sunday has ended`);
  if (costs.summary.costMicros !== input.seenCostMicros)
    throw new AppError(
      "CONFLICT",
      `the numbers of ${name} have changed since they were looked at: look again, then sign`,
    );
  const actor = operator.principal.name;
  await deps.db.transaction(async (tx) => {
    await currentRevision(tx, environment);
    const before = await lockReview(tx, environment, name);
    if (before?.signedAt) throw new AppError("CONFLICT", `${name} is signed already, by ${before.signedBy}`);
    const signature = { signedBy: by, signedAt: sql`clock_timestamp()`, timeZone, frozen: freeze(costs) };
    await tx
      .insert(reviews)
      .values({ environment, week: name, updatedBy: actor, ...signature })
      .onConflictDoUpdate({ target: [reviews.environment, reviews.week], set: signature });
    await recordAudit(tx, {
      action: "review.signed",
      actor,
      via: operator.via,
      environment,
      target: name,
      after: {
        signedBy: by,
        timeZone,
        costMicros: costs.summary.costMicros,
        baselineMicros: costs.summary.baselineMicros,
        savingsMicros: costs.savings?.micros ?? null,
      },
      requestId: operator.requestId,
    });
  });
}
