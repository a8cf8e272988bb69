import { sql } from "drizzle-orm";
import { reviews } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { AppError } from "@/server/errors";
import { currentRevision } from "@/server/rollout/revision";
import type { Operator, RolloutDeps } from "@/server/rollout/types";
import { checkText, checkWeek } from "./check-week";
import { lockReview } from "./lock-review";

export const NOTE_MAX = 4_000;

export interface WriteReviewInput {
  environment: string;
  week: string;
  /** Unexpected behaviour, as the plan wants it documented. */
  unexpected: string;
  notes: string;
  /** When the text that was on the page was written; null where there was none. */
  seenAtMs: number | null;
}

/**
 * Writes a review's texts. Throws CONFLICT where somebody else has written since, and where the week is signed: then
 * nothing is overwritten.
 */
export async function writeReview(
  deps: Pick<RolloutDeps, "db">,
  operator: Operator,
  input: WriteReviewInput,
): Promise<{ updatedAtMs: number }> {
  requireScope(operator.principal, "operate");
  requireEnvironment(operator.principal, input.environment);
  const { environment } = input;
  const { name: week } = checkWeek(input.week);
  const text = {
    unexpected: checkText("unexpected", input.unexpected, { min: 0, max: NOTE_MAX }),
    notes: checkText("notes", input.notes, { min: 0, max: NOTE_MAX }),
  };
  const actor = operator.principal.name;
  return deps.db.transaction(async (tx) => {
    await currentRevision(tx, environment);
    const before = await lockReview(tx, environment, week);
    if (before?.signedAt) throw new AppError("CONFLICT", `${week} is signed by ${before.signedBy}: it does not change`);
    if ((before?.updatedAt.getTime() ?? null) !== input.seenAtMs && before)
      throw new AppError("CONFLICT", `${before.updatedBy} has written to ${week} since this page was loaded`);
    const [row] = await tx
      .insert(reviews)
      .values({ environment, week, ...text, updatedBy: actor })
      .onConflictDoUpdate({
        target: [reviews.environment, reviews.week],
        set: { ...text, updatedBy: actor, updatedAt: sql`clock_timestamp()` },
      })
      .returning({ updatedAt: reviews.updatedAt });
    await recordAudit(tx, {
      action: "review.written",
      actor,
      via: operator.via,
      environment,
      target: week,
      before: before && { unexpected: before.unexpected, notes: before.notes },
      after: text,
      requestId: operator.requestId,
    });
    return { updatedAtMs: row?.updatedAt.getTime() ?? 0 };
  });
}
