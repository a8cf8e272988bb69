import { desc, eq } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { images } from "@/db/schema";

export interface StoredObject {
  sha256: string;
  location: "disk" | "r2";
  objectKey: string;
}

/** Where a picture with these bytes lies; the newest place when there are several. Null: nowhere any more. */
export async function storedObject(db: DatabaseOrTransaction, sha256: string): Promise<StoredObject | null> {
  const [row] = await db
    .select({ sha256: images.sha256, location: images.location, objectKey: images.objectKey })
    .from(images)
    .where(eq(images.sha256, sha256))
    .orderBy(desc(images.createdAt))
    .limit(1);
  return row ?? null;
}
