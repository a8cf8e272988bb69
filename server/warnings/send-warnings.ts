import { sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { readDigestPlan } from "@/db/queries/digests";
import { escapeHtml } from "@/server/digests/escape-html";
import type { DigestChannels, DigestMessage } from "@/server/digests/types";
import { type DigestChannel, retryAfterMs, TRIES_MAX } from "@/server/domain/digest";
import type { WarningEvent } from "@/server/domain/warning";
import { escapeSlack } from "@/server/reviews/render-text";

/** Longer than any channel may take. */
const LEASE_MS = 120_000;

export interface WarningSenderDeps {
  db: Database;
  channels: DigestChannels;
  /** Null: nobody told us where the console is reached, so there is no link. */
  publicUrl: string | null;
}

interface Claimed {
  warningId: string;
  event: WarningEvent;
  channel: DigestChannel;
  subject: string;
  body: string;
  tries: number;
}

/**
 * Sends what waits of an environment's warnings. As with digests, any number of instances may run it at once: a message
 * is claimed before it is sent, and who dies while sending leaves `unsure`, not a second message.
 */
export async function sendWarnings(deps: WarningSenderDeps, environment: string, nowMs: number): Promise<void> {
  const { db } = deps;
  await db.execute(sql`
    update warning_deliveries set state = 'unsure', lease_until = null,
      problem = 'Switchyard was stopped while it was sent, so it may have arrived'
    where environment = ${environment} and state = 'sending' and lease_until < ${new Date(nowMs)}`);
  for (;;) {
    const claimed = await claim(db, environment, nowMs);
    if (claimed === null) return;
    const { emails } = await readDigestPlan(db, environment);
    const result = await deps.channels.send(claimed.channel, messageOf(claimed, environment, deps.publicUrl), emails);
    const isLast = result.outcome === "refused" && claimed.tries >= TRIES_MAX;
    const state = result.outcome === "refused" ? (isLast ? "failed" : "waiting") : result.outcome;
    await db.execute(sql`
      update warning_deliveries set state = ${state}, lease_until = null,
        problem = ${result.outcome === "sent" ? result.note : result.problem},
        next_at = ${new Date(nowMs + retryAfterMs(claimed.tries))},
        sent_at = ${result.outcome === "sent" ? new Date(nowMs) : null}
      where warning_id = ${claimed.warningId} and event = ${claimed.event} and channel = ${claimed.channel} and state = 'sending'`);
  }
}

async function claim(db: Database, environment: string, nowMs: number): Promise<Claimed | null> {
  const { rows } = await db.execute<Claimed & Record<string, unknown>>(sql`
    update warning_deliveries set state = 'sending', tries = tries + 1, lease_until = ${new Date(nowMs + LEASE_MS)}
    where (warning_id, event, channel) in (
      select warning_id, event, channel from warning_deliveries
      where environment = ${environment} and state = 'waiting' and next_at <= ${new Date(nowMs)}
      order by created_at, channel limit 1 for update skip locked)
    returning warning_id as "warningId", event, channel, subject, body, tries`);
  return rows[0] ?? null;
}

function messageOf({ subject, body }: Claimed, environment: string, publicUrl: string | null): DigestMessage {
  const link = publicUrl === null ? null : `${publicUrl}/alerts?${new URLSearchParams({ env: environment })}`;
  const text = link === null ? body : `${body}\n\n${link}`;
  const anchor = link === null ? "" : `<p><a href="${escapeHtml(link)}">${escapeHtml(link)}</a></p>`;
  return {
    subject: `Switchyard: ${subject}`,
    text,
    html: `<p>${escapeHtml(body)}</p>${anchor}`,
    slack: `*${escapeSlack(subject)}*\n${escapeSlack(body)}${link === null ? "" : `\n${link}`}`,
  };
}
