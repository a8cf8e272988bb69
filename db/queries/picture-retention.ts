import { sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { environments } from "@/db/schema";
import { epochMs } from "./sql-parts";

export interface KeepDays {
  environment: string;
  /** Null: for good. */
  days: number | null;
  expiredBeforeMs: number | null;
}

export async function keepDays(db: DatabaseOrTransaction): Promise<KeepDays[]> {
  return db
    .select({
      environment: environments.name,
      days: environments.keepImagesDays,
      expiredBeforeMs: sql<number | null>`${epochMs(environments.imagesExpiredBefore)}`.mapWith(Number),
    })
    .from(environments)
    .orderBy(environments.name);
}

export interface ExpiredObject {
  sha256: string;
  objectKey: string;
}

export interface ExpiredBatch {
  /** Generations looked at; fewer than asked for: there are no more. */
  generations: number;
  pictures: number;
  lastId: string | null;
  lastCreatedAtMs: number | null;
  /** What no row needs any more. */
  objects: ExpiredObject[];
}

/**
 * Marks the pictures of the next generations in the span as removed, oldest first, and says which objects nobody needs
 * from now on. What a checklist run made or points at stays: it is evidence.
 */
export async function expireBatch(
  db: DatabaseOrTransaction,
  span: { environment: string; fromMs: number; afterId: string | null; beforeMs: number },
  limit: number,
): Promise<ExpiredBatch> {
  const { environment, fromMs, afterId, beforeMs } = span;
  const from = sql`to_timestamp(${fromMs}::float8 / 1000)`;
  const start = afterId === null ? sql`created_at >= ${from}` : sql`(created_at, id) > (${from}, ${afterId}::uuid)`;
  const { rows } = await db.execute<{
    generations: string;
    pictures: string;
    lastId: string | null;
    lastCreatedAtMs: string | null;
    keys: ExpiredObject[];
  }>(sql`with due as materialized (
      select id, created_at, source from generations
      where environment = ${environment} and ${start} and created_at < to_timestamp(${beforeMs}::float8 / 1000)
      order by created_at, id limit ${limit}),
    evidence as materialized (
      select distinct picture ->> 'sha256' as sha256 from checklist_results, jsonb_path_query(steps, '$[*].images[*]') as picture),
    named as materialized (
      select distinct step ->> 'generationId' as id from checklist_results, jsonb_array_elements(steps) as step
      where step ->> 'generationId' is not null),
    gone as (
      update images i set expired_at = clock_timestamp() from due
      where i.generation_id = due.id and due.source <> 'checklist' and i.expired_at is null
        and due.id::text not in (select id from named)
        and i.sha256 not in (select sha256 from evidence where sha256 is not null)
      returning i.sha256, i.object_key)
    select (select count(*) from due) as generations, (select count(*) from gone) as pictures,
      (select id from due order by created_at desc, id desc limit 1) as "lastId",
      (select (extract(epoch from max(created_at)) * 1000)::bigint from due) as "lastCreatedAtMs",
      (select coalesce(json_agg(distinct jsonb_build_object('sha256', sha256, 'objectKey', object_key)), '[]') from gone) as keys`);
  const row = rows[0];
  const candidates = row?.keys ?? [];
  return {
    generations: Number(row?.generations ?? 0),
    pictures: Number(row?.pictures ?? 0),
    lastId: row?.lastId ?? null,
    lastCreatedAtMs: row?.lastCreatedAtMs ? Number(row.lastCreatedAtMs) : null,
    objects: await unneeded(db, candidates),
  };
}

/** Asked in a statement of its own: one statement does not see what it has just changed. */
async function unneeded(db: DatabaseOrTransaction, objects: ExpiredObject[]): Promise<ExpiredObject[]> {
  const uses = await objectUses(
    db,
    objects.map(({ sha256 }) => sha256),
  );
  return objects.filter(({ objectKey }) => uses.get(objectKey)?.isLive !== true);
}

export interface ObjectUse {
  objectKey: string;
  /** Some row still needs it. */
  isLive: boolean;
  /** Of those, one says that it lies in R2. */
  isLiveInR2: boolean;
  /** Of those, one says that it lies on some disk. */
  isLiveOnDisk: boolean;
}

/** What rows say of these objects; nothing of those that no row names. */
export async function objectUses(db: DatabaseOrTransaction, sha256s: string[]): Promise<Map<string, ObjectUse>> {
  if (sha256s.length === 0) return new Map();
  const { rows } = await db.execute<ObjectUse & Record<string, unknown>>(sql`
    select object_key as "objectKey", bool_or(expired_at is null) as "isLive",
      bool_or(expired_at is null and location = 'r2') as "isLiveInR2",
      bool_or(expired_at is null and location = 'disk') as "isLiveOnDisk"
    from images where sha256 = any(${sql.param(sha256s)}::text[]) group by object_key`);
  return new Map(rows.map((row) => [row.objectKey, row]));
}

/** Nothing before this is looked at again. */
export async function noteExpired(db: DatabaseOrTransaction, environment: string, beforeMs: number): Promise<void> {
  await db.execute(sql`update environments set images_expired_before = to_timestamp(${beforeMs}::float8 / 1000)
    where name = ${environment}`);
}
