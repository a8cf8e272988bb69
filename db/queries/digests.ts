import { desc, eq } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { digestDeliveries, digestSettings } from "@/db/schema";
import { type DeliveryState, DIGEST_DEFAULT, type DigestChannel, type DigestPlan } from "@/server/domain/digest";

export interface StoredDigestPlan extends DigestPlan {
  /** What was due before is not sent; null where nobody has set anything. */
  sinceMs: number | null;
}

export async function readDigestPlan(db: DatabaseOrTransaction, environment: string): Promise<StoredDigestPlan> {
  const [row] = await db.select().from(digestSettings).where(eq(digestSettings.environment, environment));
  if (!row) return { ...DIGEST_DEFAULT, sinceMs: null };
  const { enabled, weekday, hour, timeZone, emails, slack, warnings, since } = row;
  return { enabled, weekday, hour, timeZone, emails, slack, warnings, sinceMs: since.getTime() };
}

export interface DigestDelivery {
  week: string;
  channel: DigestChannel;
  state: DeliveryState;
  tries: number;
  problem: string | null;
  nextAtMs: number;
  sentAtMs: number | null;
}

/** The newest deliveries first. */
export async function listDeliveries(db: DatabaseOrTransaction, environment: string): Promise<DigestDelivery[]> {
  const rows = await db
    .select()
    .from(digestDeliveries)
    .where(eq(digestDeliveries.environment, environment))
    .orderBy(desc(digestDeliveries.week), digestDeliveries.channel)
    .limit(20);
  return rows.map(({ week, channel, state, tries, problem, nextAt, sentAt }) => ({
    week,
    channel,
    state,
    tries,
    problem,
    nextAtMs: nextAt.getTime(),
    sentAtMs: sentAt?.getTime() ?? null,
  }));
}
