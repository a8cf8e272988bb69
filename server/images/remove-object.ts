import type { Stores } from "./open-stores";

/**
 * Takes an object out of this disk and the bucket, unless it was written after `beforeMs`: every write makes it new,
 * so whoever stores the same bytes again meanwhile keeps them. True: something was taken away.
 */
export async function removeObject({ disk, r2 }: Stores, objectKey: string, beforeMs: number): Promise<boolean> {
  const fromDisk = await disk.removeOlder(objectKey, beforeMs);
  const fromR2 = (await r2?.removeOlder(objectKey, beforeMs)) ?? false;
  return fromDisk || fromR2;
}
