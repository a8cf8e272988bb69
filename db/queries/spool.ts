import { and, asc, eq, isNull, or, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { images } from "@/db/schema";
import { epochMs } from "./sql-parts";

const WAITS = sql`${images.location} = 'disk' and ${images.expiredAt} is null`;

export interface SpooledPicture {
  id: string;
  objectKey: string;
  sha256: string;
  createdAtMs: number;
}

/** Pictures that wait on this disk, or on one that the row does not name, the oldest first. `after`: the last one seen. */
export async function spooledPictures(
  db: DatabaseOrTransaction,
  diskId: string,
  after: Pick<SpooledPicture, "id" | "createdAtMs"> | null,
  limit: number,
): Promise<SpooledPicture[]> {
  const instant = after && sql`to_timestamp(${after.createdAtMs}::float8 / 1000)`;
  return db
    .select({
      id: images.id,
      objectKey: images.objectKey,
      sha256: images.sha256,
      createdAtMs: epochMs(images.createdAt).mapWith(Number),
    })
    .from(images)
    .where(
      and(
        WAITS,
        or(eq(images.diskId, diskId), isNull(images.diskId)),
        after === null ? undefined : sql`(${images.createdAt}, ${images.id}) > (${instant}, ${after.id}::uuid)`,
      ),
    )
    .orderBy(asc(images.createdAt), asc(images.id))
    .limit(limit);
}

/** The rows of this disk say from now on that the object lies in R2. */
export async function markMoved(
  db: DatabaseOrTransaction,
  diskId: string,
  { objectKey, sha256 }: Pick<SpooledPicture, "objectKey" | "sha256">,
): Promise<void> {
  await db
    .update(images)
    .set({ location: "r2", diskId: null })
    .where(
      and(
        eq(images.sha256, sha256),
        eq(images.objectKey, objectKey),
        WAITS,
        or(eq(images.diskId, diskId), isNull(images.diskId)),
      ),
    );
}

export interface SpoolDepth {
  /** Null: rows from before disks had names. */
  diskId: string | null;
  pictures: number;
  sizeBytes: number;
  oldestAgeMs: number;
}

/** What lies on disks, by disk: with R2 that is what waits to be moved. */
export async function spoolDepths(db: DatabaseOrTransaction): Promise<SpoolDepth[]> {
  return db
    .select({
      diskId: images.diskId,
      pictures: sql<number>`count(*)`.mapWith(Number),
      sizeBytes: sql<number>`sum(${images.sizeBytes}::bigint)`.mapWith(Number),
      oldestAgeMs: sql<number>`extract(epoch from clock_timestamp() - min(${images.createdAt})) * 1000`.mapWith(Number),
    })
    .from(images)
    .where(WAITS)
    .groupBy(images.diskId)
    .orderBy(images.diskId);
}
