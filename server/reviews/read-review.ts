import { and, eq, inArray, isNotNull } from "drizzle-orm";
import type { Database } from "@/db/client";
import { listActions, readReviewRow } from "@/db/queries/reviews";
import { reviews } from "@/db/schema";
import type { Config } from "@/server/config";
import { pricedBy } from "@/server/costs/gpu-type";
import { readBill } from "@/server/costs/read-bill";
import { readCosts } from "@/server/costs/read-costs";
import { readWeek, type WeekCosts } from "@/server/costs/read-week";
import { readWeekUsage } from "@/server/costs/read-week-usage";
import { addWeeks, formatIsoWeek, type IsoWeek, weekSpan } from "@/server/domain/iso-week";
import { isTimeZone } from "@/server/domain/time-zone";
import { currentRevision } from "@/server/rollout/revision";
import { checkWeek, refused } from "./check-week";
import { differencesOf, thaw } from "./frozen";
import type { EarlierWeek, Projection, Review } from "./types";

const EARLIER_WEEKS = 4;

export interface ReviewQuery {
  environment: string;
  /** Such as `2026-W47`. */
  week: string;
  timeZone: string;
}

type Deps = { db: Database; config: Pick<Config, "environments" | "providerSettings" | "sandbox" | "r2"> };

/**
 * A week's review. A signed one shows its numbers as they were signed, in the zone that they were signed in, and beside
 * them what has changed since. Throws BAD_REQUEST naming the field, NOT_FOUND for an unknown environment.
 */
export async function readReview(deps: Deps, query: ReviewQuery, nowMs: number): Promise<Review> {
  const { environment } = query;
  const { week, name } = checkWeek(query.week);
  if (!isTimeZone(query.timeZone)) throw refused("timeZone", "must be a time zone such as Europe/Berlin");
  await currentRevision(deps.db, environment);
  const row = await readReviewRow(deps.db, environment, name);
  const timeZone = row?.signed?.timeZone ?? query.timeZone;
  const now = await readWeekNow(deps, { environment, week, timeZone }, nowMs);
  const signed = row?.signed ? thaw(row.signed.frozen) : null;
  const costs = signed?.costs ?? now;
  return {
    environment,
    week: name,
    timeZone,
    costs,
    projection: costs.isRunning ? projectionOf(costs, nowMs) : null,
    earlier: await readEarlier(deps, { environment, week, timeZone }, nowMs),
    written: row && {
      unexpected: row.unexpected,
      notes: row.notes,
      updatedAtMs: row.updatedAtMs,
      updatedBy: row.updatedBy,
    },
    actions: await listActions(deps.db, environment, name),
    signed: row?.signed ? { atMs: row.signed.atMs, by: row.signed.by } : null,
    differences: signed ? differencesOf(signed, now) : [],
  };
}

/** The week's costs as the ledger has them now, signed or not. */
export async function readWeekNow(
  { db, config }: Deps,
  query: { environment: string; week: IsoWeek; timeZone: string },
  nowMs: number,
): Promise<WeekCosts> {
  const costs = await readWeek(db, { ...query, ...pricedBy(config, query.environment) }, nowMs);
  const [bill, usage] = await Promise.all([readBill(db, config, costs), readWeekUsage(db, config, costs)]);
  return { ...costs, bill, usage };
}

/** The weeks before, the newest first; a signed one as it was signed. */
async function readEarlier(
  { db, config }: Deps,
  { environment, week, timeZone }: { environment: string; week: IsoWeek; timeZone: string },
  nowMs: number,
): Promise<EarlierWeek[]> {
  const weeks = Array.from({ length: EARLIER_WEEKS }, (_, index) => addWeeks(week, index - EARLIER_WEEKS));
  const names = weeks.map(formatIsoWeek);
  const spans = weeks.map((each, index) => {
    const { fromMs, toMs } = weekSpan(each, timeZone);
    return { date: names[index] ?? "", fromMs, toMs };
  });
  const priced = pricedBy(config, environment);
  const [{ days }, signed] = await Promise.all([
    readCosts(db, { environment, timeZone, name: "Earlier weeks", days: spans, ...priced }, nowMs),
    db
      .select({ week: reviews.week, frozen: reviews.frozen })
      .from(reviews)
      .where(and(eq(reviews.environment, environment), inArray(reviews.week, names), isNotNull(reviews.signedAt))),
  ]);
  return days
    .map(({ date, summary, savings }): EarlierWeek => {
      const row = signed.find((entry) => entry.week === date);
      const kept = row ? thaw(row.frozen).costs : { summary, savings };
      const { images, costMicros, knownMicros, baselineMicros } = kept.summary;
      return {
        week: date,
        isSigned: row !== undefined,
        summary: { images, costMicros, knownMicros, baselineMicros },
        savings: kept.savings,
      };
    })
    .reverse();
}

/**
 * Money of the days that are over, spread over the week: the running day is part of a day and would pull it down.
 * A quiet day among them counts as one; where none has a picture yet there is nothing to go by, and nothing is said.
 */
export function projectionOf(costs: WeekCosts, nowMs: number): Projection {
  const over = costs.days.filter(({ toMs }) => toMs <= nowMs);
  const whole = costs.toMs - costs.fromMs;
  const past = over.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const tells = past > 0 && over.some(({ summary }) => summary.images > 0);
  const spread = (amounts: (number | null)[]) => {
    if (!tells || amounts.includes(null)) return null;
    return Math.round((amounts.reduce((sum: number, amount) => sum + (amount ?? 0), 0) * whole) / past);
  };
  return {
    daysOver: over.length,
    costMicros: spread(over.map(({ summary }) => summary.costMicros)),
    savingsMicros: spread(over.map(({ savings }) => savings?.micros ?? null)),
  };
}
