import { sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { bucketBytes } from "@/db/schema";
import type { ProviderId } from "@/server/domain/vocabulary";

/** Often enough for a day's most, and not at every start: all stored pictures are read for it. */
const LOOK_EVERY_MS = 6 * 3_600_000;

/**
 * What lies in the bucket by the rows that name it, each object once and with whoever stored it first. Of a day the look
 * that found the most is kept, since that is what R2 bills. Safe to run twice.
 */
export async function measureBucket(db: Database, bucket: string, nowMs: number): Promise<void> {
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
    const { rows } = await tx.execute<{ environment: string; provider: ProviderId; size: string }>(
      sql`select environment, provider, sum(size_bytes) as size from (
          select distinct on (i.object_key) g.environment, g.provider, i.size_bytes from images i join generations g on g.id = i.generation_id
          where i.location = 'r2' and i.expired_at is null order by i.object_key, i.created_at, i.id) o
        group by 1, 2`,
    );
    const lookedAt = new Date(nowMs);
    const total = rows.reduce((sum, { size }) => sum + Number(size), 0);
    if (rows.length === 0 || total <= Number(before?.size ?? -1)) {
      await tx.execute(
        sql`update bucket_bytes set looked_at = ${lookedAt} where bucket = ${bucket} and day_at = ${dayAt}`,
      );
      return;
    }
    await tx.execute(sql`delete from bucket_bytes where bucket = ${bucket} and day_at = ${dayAt}`);
    await tx
      .insert(bucketBytes)
      .values(rows.map(({ size, ...owner }) => ({ bucket, dayAt, ...owner, sizeBytes: Number(size), lookedAt })));
  });
}
