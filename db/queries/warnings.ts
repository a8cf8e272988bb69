import { and, desc, eq, inArray, isNull, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { storedWarnings, warningDeliveries } from "@/db/schema";
import type { DeliveryState, DigestChannel } from "@/server/domain/digest";
import type { FindingLevel, WarningEvent, WarningState, WarningSubject } from "@/server/domain/warning";
import { subjectOf, type WarningKey } from "@/server/domain/warning-keys";

export type StoredWarning = typeof storedWarnings.$inferSelect;

/** Pending and firing ones of an environment. */
export function openWarnings(db: DatabaseOrTransaction, environment: string): Promise<StoredWarning[]> {
  return db
    .select()
    .from(storedWarnings)
    .where(and(eq(storedWarnings.environment, environment), isNull(storedWarnings.resolvedAt)));
}

export interface FiringWarning {
  id: string;
  environment: string;
  key: WarningKey;
  about: WarningSubject;
  level: FindingLevel;
  title: string;
  firedAtMs: number;
}

/** What is being warned of now, the worst first. Cheap: asked with the rollout's status. */
export async function firingWarnings(
  db: DatabaseOrTransaction,
  environment: string | null = null,
): Promise<FiringWarning[]> {
  const { rows } = await db.execute<Omit<FiringWarning, "about"> & Record<string, unknown>>(sql`
    select id, environment, key, level, title, (extract(epoch from fired_at) * 1000)::float8 as "firedAtMs" from endpoint_warnings
    where resolved_at is null and state = 'firing' and (${environment}::text is null or environment = ${environment})
    order by level = 'breach' desc, fired_at`);
  return rows.map(({ id, environment, key, level, title, firedAtMs }) => ({
    id,
    environment,
    key,
    about: subjectOf(key),
    level,
    title,
    firedAtMs,
  }));
}

export interface ListedWarning {
  id: string;
  key: WarningKey;
  about: WarningSubject;
  level: FindingLevel;
  state: WarningState;
  title: string;
  says: string;
  todo: string;
  openedAtMs: number;
  firedAtMs: number;
  resolvedAtMs: number | null;
  deliveries: { event: WarningEvent; channel: DigestChannel; state: DeliveryState; problem: string | null }[];
}

/** Those that were told of: firing ones first, then the newest. */
export async function listWarnings(
  db: DatabaseOrTransaction,
  environment: string,
  limit: number,
): Promise<ListedWarning[]> {
  const rows = await db
    .select()
    .from(storedWarnings)
    .where(and(eq(storedWarnings.environment, environment), sql`${storedWarnings.firedAt} is not null`))
    .orderBy(sql`${storedWarnings.resolvedAt} is null desc`, desc(storedWarnings.openedAt))
    .limit(limit);
  const ids = rows.map(({ id }) => id);
  const sent = ids.length === 0 ? [] : await deliveriesOf(db, ids);
  return rows.map(({ id, key, level, state, title, says, todo, openedAt, firedAt, resolvedAt }) => ({
    id,
    key,
    about: subjectOf(key),
    level,
    state,
    title,
    says,
    todo,
    openedAtMs: openedAt.getTime(),
    firedAtMs: (firedAt ?? openedAt).getTime(),
    resolvedAtMs: resolvedAt?.getTime() ?? null,
    deliveries: sent.filter(({ warningId }) => warningId === id).map(({ warningId: _id, ...delivery }) => delivery),
  }));
}

function deliveriesOf(db: DatabaseOrTransaction, ids: string[]) {
  const { warningId, event, channel, state, problem, createdAt } = warningDeliveries;
  return db
    .select({ warningId, event, channel, state, problem })
    .from(warningDeliveries)
    .where(inArray(warningId, ids))
    .orderBy(createdAt, channel);
}
