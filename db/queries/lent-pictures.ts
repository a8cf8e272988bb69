import { and, asc, eq, isNull, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { lentPictures } from "@/db/schema";

export interface AskedPicture {
  sha256: string;
  diskId: string;
  objectKey: string;
}

/** Asks the disk's owner for it, unless somebody has. */
export async function askForPicture(db: DatabaseOrTransaction, asked: AskedPicture): Promise<void> {
  await db
    .insert(lentPictures)
    .values(asked)
    .onConflictDoUpdate({ target: lentPictures.sha256, set: { ...asked, askedAt: sql`clock_timestamp()` } });
}

/** Null: not given yet, or not asked for. */
export async function lentPicture(db: DatabaseOrTransaction, sha256: string): Promise<Buffer | null> {
  const [row] = await db
    .select({ bytes: lentPictures.bytes })
    .from(lentPictures)
    .where(eq(lentPictures.sha256, sha256));
  return row?.bytes ?? null;
}

/** What is asked of this disk and not given yet, the longest wait first. */
export async function askedOfDisk(db: DatabaseOrTransaction, diskId: string, limit: number): Promise<AskedPicture[]> {
  const { sha256, objectKey } = lentPictures;
  return db
    .select({ sha256, diskId: lentPictures.diskId, objectKey })
    .from(lentPictures)
    .where(and(eq(lentPictures.diskId, diskId), isNull(lentPictures.bytes)))
    .orderBy(asc(lentPictures.askedAt))
    .limit(limit);
}

export async function lendPicture(db: DatabaseOrTransaction, sha256: string, bytes: Uint8Array): Promise<void> {
  await db
    .update(lentPictures)
    .set({ bytes: Buffer.from(bytes) })
    .where(eq(lentPictures.sha256, sha256));
}

/** Forgets a question that the disk has no answer to. */
export async function declinePicture(db: DatabaseOrTransaction, sha256: string): Promise<void> {
  await db.delete(lentPictures).where(and(eq(lentPictures.sha256, sha256), isNull(lentPictures.bytes)));
}

/** Forgets what nobody has asked for lately, and of the rest all but the newest. Gives their number. */
export async function forgetLentPictures(
  db: DatabaseOrTransaction,
  { afterMs, keepAtMost }: { afterMs: number; keepAtMost: number },
): Promise<number> {
  const { rowCount } = await db.execute(sql`
    delete from lent_pictures where asked_at < clock_timestamp() - make_interval(secs => ${afterMs / 1000}::float8)
      or sha256 in (select sha256 from lent_pictures order by asked_at desc offset ${keepAtMost})`);
  return rowCount ?? 0;
}
