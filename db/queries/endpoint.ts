import { and, desc, eq, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { endpointChecks, endpointReleases, endpointSnapshots } from "@/db/schema";
import type { EndpointRelease } from "@/server/domain/endpoint/settings";
import { CANDIDATE } from "@/server/domain/vocabulary";
import { newestWithAttempts } from "./rollups";

export type EndpointSnapshot = typeof endpointSnapshots.$inferSelect;

/** The newest first. */
export function endpointHistory(
  db: DatabaseOrTransaction,
  environment: string,
  limit: number,
): Promise<EndpointSnapshot[]> {
  return db
    .select()
    .from(endpointSnapshots)
    .where(eq(endpointSnapshots.environment, environment))
    .orderBy(desc(endpointSnapshots.id))
    .limit(limit);
}

export async function newestSnapshot(db: DatabaseOrTransaction, environment: string): Promise<EndpointSnapshot | null> {
  return (await endpointHistory(db, environment, 1))[0] ?? null;
}

/** Since when this endpoint is looked at; null: not yet. */
export async function firstSnapshotAtMs(
  db: DatabaseOrTransaction,
  environment: string,
  endpointId: string,
): Promise<number | null> {
  const [row] = await db
    .select({ at: endpointSnapshots.at })
    .from(endpointSnapshots)
    .where(and(eq(endpointSnapshots.environment, environment), eq(endpointSnapshots.endpointId, endpointId)))
    .orderBy(endpointSnapshots.id)
    .limit(1);
  return row?.at.getTime() ?? null;
}

/** The newest look, and whether a change is under way by the database's clock; null before the first. */
export async function endpointCheck(db: DatabaseOrTransaction, environment: string, options: { lock?: boolean } = {}) {
  const isBusy = sql<boolean>`coalesce(${endpointChecks.pendingUntil} > clock_timestamp(), false)`;
  const query = db
    .select({ check: endpointChecks, isBusy })
    .from(endpointChecks)
    .where(eq(endpointChecks.environment, environment));
  const [row] = await (options.lock ? query.for("update") : query);
  return row ? { ...row.check, isBusy: row.isBusy } : null;
}

export async function endpointReleaseList(
  db: DatabaseOrTransaction,
  environment: string,
  endpointId: string,
): Promise<EndpointRelease[]> {
  const rows = await db
    .select()
    .from(endpointReleases)
    .where(and(eq(endpointReleases.environment, environment), eq(endpointReleases.endpointId, endpointId)))
    .orderBy(desc(endpointReleases.version))
    .limit(20);
  return rows.map(({ version, createdAt, isCurrent, changes }) => ({
    version,
    createdAtMs: createdAt.getTime(),
    isCurrent,
    changes,
  }));
}

const FIVE_MINUTES_MS = 300_000;

/**
 * When the candidate was last asked for anything by us, to within five minutes; null: not in the numbers we keep.
 * From the roll-ups, since a look through attempts is long exactly when there are none.
 */
export async function lastRequestAtMs(db: DatabaseOrTransaction, environment: string): Promise<number | null> {
  const provider = CANDIDATE;
  const [inFiveMinutesMs, inDayMs] = [
    await newestWithAttempts(db, { environment, provider, widthMs: FIVE_MINUTES_MS }),
    await newestWithAttempts(db, { environment, provider, widthMs: 288 * FIVE_MINUTES_MS }),
  ];
  const { rows } = await db.execute<{ atMs: number | null }>(sql`select greatest(
    (select max(extract(epoch from bucket_at) * 1000) from rollup_outbox where environment = ${environment} and provider = ${provider} and kind = 'attempt'),
    (select max(extract(epoch from created_at) * 1000) from generations where finished_at is null and environment = ${environment}
      and provider = ${provider}))::float8 as "atMs"`);
  const knownMs = [inFiveMinutesMs === null ? null : inFiveMinutesMs + FIVE_MINUTES_MS, inDayMs, rows[0]?.atMs ?? null];
  const listMs = knownMs.filter((ms) => ms !== null);
  return listMs.length === 0 ? null : Math.max(...listMs);
}
