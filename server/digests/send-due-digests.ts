import { sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { readDigestPlan } from "@/db/queries/digests";
import { digestDeliveries } from "@/db/schema";
import { type DigestChannel, lastDueDigest, retryAfterMs, TRIES_MAX } from "@/server/domain/digest";
import { formatIsoWeek } from "@/server/domain/iso-week";
import type { DigestChannels, DigestMessage, SendResult } from "./types";

/** Longer than any channel may take. */
const LEASE_MS = 120_000;

export interface DigestDeps {
  db: Database;
  channels: DigestChannels;
  compose(environment: string, week: string, timeZone: string): Promise<DigestMessage>;
}

/**
 * Sends what is due of an environment's digest. Any number of instances may run it at once: a week goes out once per
 * channel, since its row is claimed before anything is sent. Who dies while sending leaves `unsure`, not a second mail.
 */
export async function sendDueDigests(deps: DigestDeps, environment: string, nowMs: number): Promise<void> {
  const plan = await readDigestPlan(deps.db, environment);
  if (plan.enabled && plan.sinceMs !== null) {
    const { week, dueAtMs } = lastDueDigest(plan, nowMs);
    const channels: DigestChannel[] = [];
    if (plan.emails.length > 0) channels.push("email");
    if (plan.slack) channels.push("slack");
    if (dueAtMs >= plan.sinceMs && channels.length > 0)
      await deps.db
        .insert(digestDeliveries)
        .values(
          channels.map((channel) => ({ environment, week: formatIsoWeek(week), channel, nextAt: new Date(nowMs) })),
        )
        .onConflictDoNothing();
  }
  await forgetTheDead(deps.db, environment, nowMs);
  for (;;) {
    const claimed = await claim(deps.db, environment, nowMs);
    if (claimed === null) return;
    await deliver(deps, environment, claimed, plan, nowMs);
  }
}

interface Claimed {
  week: string;
  channel: DigestChannel;
  tries: number;
}

async function claim(db: Database, environment: string, nowMs: number): Promise<Claimed | null> {
  const { rows } = await db.execute<Claimed & Record<string, unknown>>(sql`
    update digest_deliveries set state = 'sending', tries = tries + 1, lease_until = ${new Date(nowMs + LEASE_MS)}
    where (environment, week, channel) in (
      select environment, week, channel from digest_deliveries
      where environment = ${environment} and state = 'waiting' and next_at <= ${new Date(nowMs)}
      order by week, channel limit 1 for update skip locked)
    returning week, channel, tries`);
  return rows[0] ?? null;
}

async function forgetTheDead(db: Database, environment: string, nowMs: number): Promise<void> {
  await db.execute(sql`
    update digest_deliveries set state = 'unsure', lease_until = null,
      problem = 'Switchyard was stopped while it was sent, so it may have arrived'
    where environment = ${environment} and state = 'sending' and lease_until < ${new Date(nowMs)}`);
}

async function deliver(
  deps: DigestDeps,
  environment: string,
  { week, channel, tries }: Claimed,
  plan: { timeZone: string; emails: string[] },
  nowMs: number,
): Promise<void> {
  const result = await attempt(deps, environment, week, channel, plan);
  const isLast = result.outcome === "refused" && tries >= TRIES_MAX;
  const state = result.outcome === "refused" ? (isLast ? "failed" : "waiting") : result.outcome;
  await deps.db.execute(sql`
    update digest_deliveries set state = ${state}, lease_until = null,
      problem = ${result.outcome === "sent" ? result.note : result.problem},
      next_at = ${new Date(nowMs + retryAfterMs(tries))},
      sent_at = ${result.outcome === "sent" ? new Date(nowMs) : null}
    where environment = ${environment} and week = ${week} and channel = ${channel} and state = 'sending'`);
}

async function attempt(
  deps: DigestDeps,
  environment: string,
  week: string,
  channel: DigestChannel,
  plan: { timeZone: string; emails: string[] },
): Promise<SendResult> {
  let message: DigestMessage;
  try {
    message = await deps.compose(environment, week, plan.timeZone);
  } catch {
    // Whatever it was, nothing has been sent: later it may be well.
    return { outcome: "refused", problem: "the week's numbers could not be read" };
  }
  return deps.channels.send(channel, message, plan.emails);
}
