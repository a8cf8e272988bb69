import { sql } from "drizzle-orm";
import type { Database, Transaction } from "@/db/client";
import type { BucketOwner } from "@/db/queries/bucket-usage";
import { bucketBytes } from "@/db/schema";
import type { ProviderId } from "@/server/domain/vocabulary";

/** Often enough for a day's most, and not at every start: all stored pictures are read for it. */
const LOOK_EVERY_MS = 6 * 3_600_000;
/** Rows a statement: however many pictures there are, none may come near its time-out. */
const PAGE = 20_000;

/**
 * What lies in the bucket by the rows that name it, each object once and with whoever stored it first. Of a day the look
 * that found the most is kept, since that is what R2 bills. Safe to run twice.
 */
export async function measureBucket(db: Database, bucket: string, nowMs: number, page = PAGE): Promise<void> {
  const dayAt = new Date(Math.floor(nowMs / 86_400_000) * 86_400_000);
  await db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`bucket bytes ${bucket}`}))`);
    const [before] = (
      await tx.execute<{ size: string; lookedMs: number | null }>(
        sql`select coalesce(sum(size_bytes), -1) as size, (extract(epoch from max(looked_at)) * 1000)::float8 as "lookedMs" from bucket_bytes
          where bucket = ${bucket} and day_at = ${dayAt}`,
      )
    ).rows;
    if (before?.lookedMs != null && nowMs - before.lookedMs < LOOK_EVERY_MS) return;
    const owners = await bytesByOwner(tx, page);
    const lookedAt = new Date(nowMs);
    const total = owners.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (owners.length === 0 || total <= Number(before?.size ?? -1)) {
      await tx.execute(
        sql`update bucket_bytes set looked_at = ${lookedAt} where bucket = ${bucket} and day_at = ${dayAt}`,
      );
      return;
    }
    await tx.execute(sql`delete from bucket_bytes where bucket = ${bucket} and day_at = ${dayAt}`);
    await tx.insert(bucketBytes).values(owners.map((owner) => ({ bucket, dayAt, ...owner, lookedAt })));
  });
}

/** In the order of their hashes, which have an index; pictures of one hash are never on two pages. */
async function bytesByOwner(tx: Transaction, page: number): Promise<BucketOwner[]> {
  const owners = new Map<string, BucketOwner>();
  for (let after = ""; ; ) {
    const { rows } = await tx.execute<{ environment: string; provider: ProviderId; size: string; last: string }>(
      sql`with page as materialized (select id, generation_id, sha256, object_key, size_bytes, created_at from images
          where location = 'r2' and expired_at is null and sha256 > ${after} order by sha256 fetch first ${page} rows with ties)
        select environment, provider, sum(size_bytes) as size, (select max(sha256) from page) as last from (
          select distinct on (i.object_key) g.environment, g.provider, i.size_bytes from page i join generations g on g.id = i.generation_id
          order by i.object_key, i.created_at, i.id) o
        group by 1, 2`,
    );
    const last = rows[0]?.last;
    if (last === undefined) return [...owners.values()];
    after = last;
    for (const { environment, provider, size } of rows) {
      const key = `${provider} ${environment}`;
      const sizeBytes = (owners.get(key)?.sizeBytes ?? 0) + Number(size);
      owners.set(key, { environment, provider, sizeBytes });
    }
  }
}
