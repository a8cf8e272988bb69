import { and, desc, eq, isNotNull } from "drizzle-orm";
import type { Database } from "@/db/client";
import { controlUsage } from "@/db/queries/control-usage";
import { reviewLooks, reviews } from "@/db/schema";
import type { Config } from "@/server/config";
import { addWeeks, formatIsoWeek, isoWeekAt } from "@/server/domain/iso-week";
import { type PostRollout, postRollout, type RemovalCondition, removalConditions } from "@/server/domain/post-rollout";
import { DAY_MS } from "@/server/domain/time-zone";
import { CONTROL } from "@/server/domain/vocabulary";
import { shareSince } from "@/server/rollout/gates/read-gate-facts";
import { readPolicy } from "@/server/rollout/gates/read-policy";
import { readReview } from "./read-review";

export interface ReviewSchedule extends PostRollout {
  removal: RemovalCondition[];
  /** The control is removed and the savings are proved. */
  celebrates: boolean;
  /** What the last whole week saved, at the low end of its interval; null where it is not known. */
  proof: { week: string; savingsMicros: number; savingsLowMicros: number } | null;
}

/** The plan's Post-Rollout section for an environment: what is done, what is due, and whether there is cause to celebrate. */
export async function readSchedule(
  deps: {
    db: Database;
    config: Pick<Config, "environments" | "providerSettings" | "sandbox" | "r2" | "missingVariables">;
  },
  query: { environment: string; timeZone: string },
  nowMs: number,
): Promise<ReviewSchedule> {
  const { db, config } = deps;
  const { environment, timeZone } = query;
  const { revision, sinceMs } = await shareSince(db, environment);
  const { soakDays } = (await readPolicy(db, environment)).gates;
  const shareBp = revision.candidateShareBp;
  const lastWeek = addWeeks(isoWeekAt(nowMs, timeZone), -1);
  const [looks, signedWeeks, usage, review] = await Promise.all([
    db
      .select({ date: reviewLooks.onDate, by: reviewLooks.by })
      .from(reviewLooks)
      .where(eq(reviewLooks.environment, environment))
      .orderBy(desc(reviewLooks.onDate))
      .limit(60),
    db
      .select({ week: reviews.week, by: reviews.signedBy })
      .from(reviews)
      .where(and(eq(reviews.environment, environment), isNotNull(reviews.signedAt))),
    controlUsage(db, { environment, fromMs: nowMs - soakDays * DAY_MS, toMs: nowMs }),
    readReview(deps, { ...query, week: formatIsoWeek(lastWeek) }, nowMs),
  ]);
  const { savings } = review.costs;
  const proof =
    savings === null || review.costs.summary.images === 0
      ? null
      : { week: review.week, savingsMicros: savings.micros, savingsLowMicros: savings.lowMicros };
  const removal = removalConditions({
    shareBp,
    soakDays,
    heldDays: shareBp === 10_000 ? (nowMs - sinceMs) / DAY_MS : 0,
    controlUses: usage.filter(({ reason }) => reason !== "readiness").reduce((sum, { count }) => sum + count, 0),
    missingVariables: config.missingVariables(environment, CONTROL),
    proof,
  });
  const celebrates = removal.every(({ isMet }) => isMet);
  const plan = postRollout({
    startedAtMs: shareBp === 10_000 ? sinceMs : null,
    looks,
    signedWeeks: signedWeeks.map(({ week, by }) => ({ week, by: by ?? "" })),
    isRemoved: celebrates,
    timeZone,
    nowMs,
  });
  return { ...plan, removal, celebrates, proof };
}
