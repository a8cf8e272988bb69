import { and, asc, eq, gte, lte, or, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { auditEntries } from "@/db/schema";

export interface TimelineEntry {
  seq: number;
  atMs: number;
  actor: string;
  via: string;
  action: string;
  reason: string | null;
  after: unknown;
}

const AT_MOST = 200;
/** An entry is written a moment after the change that it tells of. */
const SLACK_MS = 1_000;

/** What people and rules did from an incident's opening to its end: to itself, and to the environment's rollout. */
export async function incidentTimeline(
  db: DatabaseOrTransaction,
  incident: { id: string; environment: string; openedAtMs: number; resolvedAtMs: number | null },
): Promise<TimelineEntry[]> {
  const until = incident.resolvedAtMs;
  const rows = await db
    .select()
    .from(auditEntries)
    .where(
      and(
        gte(auditEntries.at, new Date(incident.openedAtMs - SLACK_MS)),
        or(
          eq(auditEntries.target, incident.id),
          and(
            eq(auditEntries.environment, incident.environment),
            sql`${auditEntries.action} like 'rollout.%'`,
            until === null ? undefined : lte(auditEntries.at, new Date(until + SLACK_MS)),
          ),
        ),
      ),
    )
    .orderBy(asc(auditEntries.seq))
    .limit(AT_MOST);
  return rows.map(({ seq, at, actor, via, action, reason, after }) => ({
    seq,
    atMs: at.getTime(),
    actor,
    via,
    action,
    reason,
    after,
  }));
}
