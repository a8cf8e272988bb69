import type { Stores } from "./open-stores";

/**
 * Takes an object out of this disk and the bucket, unless it was written after `beforeMs`: every write makes it new,
 * so whoever stores the same bytes again meanwhile keeps them. True: something was taken away.
 */
export async function removeObject({ disk, r2 }: Stores, objectKey: string, beforeMs: number): Promise<boolean> {
  let removed = false;
  const file = await disk.find(objectKey);
  if (file && file.modifiedAtMs < beforeMs) {
    await disk.remove(objectKey);
    removed = true;
  }
  const object = (await r2?.find(objectKey)) ?? null;
  if (r2 && object && object.modifiedAtMs < beforeMs) {
    await r2.remove(objectKey);
    removed = true;
  }
  return removed;
}
