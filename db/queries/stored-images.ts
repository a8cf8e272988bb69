import { desc, eq, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { images } from "@/db/schema";
import { epochMs } from "./sql-parts";

export interface StoredPlace {
  sha256: string;
  location: "disk" | "r2";
  objectKey: string;
  diskId: string | null;
  /** When its bytes were removed; null while they are kept. */
  expiredAtMs: number | null;
}

/**
 * Where a picture with these bytes lies: kept before removed, in R2 before on a disk, the newest first. Null: nobody
 * ever had it.
 */
export async function storedPlace(db: DatabaseOrTransaction, sha256: string): Promise<StoredPlace | null> {
  const [row] = await db
    .select({
      sha256: images.sha256,
      location: images.location,
      objectKey: images.objectKey,
      diskId: images.diskId,
      expiredAtMs: sql<number | null>`${epochMs(images.expiredAt)}`.mapWith(Number),
    })
    .from(images)
    .where(eq(images.sha256, sha256))
    .orderBy(sql`${images.expiredAt} is not null`, sql`${images.location} = 'disk'`, desc(images.createdAt))
    .limit(1);
  return row ?? null;
}
