import type { Database } from "@/db/client";
import { expireBatch, keepDays, noteExpired } from "@/db/queries/picture-retention";
import type { Log } from "@/server/log";
import type { Stores } from "./open-stores";
import { removeObject } from "./remove-object";
import { StorageProblem } from "./storage-problem";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const BATCH = 500;

export interface Expired {
  pictures: number;
  objects: number;
  /** Objects that a store did not give up now; the daily sweep takes them. */
  left: number;
}

/**
 * Removes the pictures of generations that are older than their environment keeps them. The rows stay, with hash and
 * day; bytes that another generation shares stay too. Killed between the rows and the bytes, the daily sweep goes on.
 */
export async function expirePictures(
  deps: { db: Database; stores: Stores; log: Pick<Log, "info" | "warn">; now: () => number; signal?: AbortSignal },
  batch = BATCH,
): Promise<Expired> {
  const { db, stores, log, now, signal } = deps;
  const result: Expired = { pictures: 0, objects: 0, left: 0 };
  for (const { environment, days, expiredBeforeMs } of await keepDays(db)) {
    if (days === null) continue;
    const beforeMs = now() - days * DAY_MS;
    let at = { fromMs: expiredBeforeMs ?? 0, afterId: null as string | null };
    for (;;) {
      if (signal?.aborted) return result;
      const done = await expireBatch(db, { environment, ...at, beforeMs }, batch);
      result.pictures += done.pictures;
      for (const { objectKey } of done.objects) await remove(objectKey);
      const isLast = done.generations < batch || done.lastCreatedAtMs === null;
      const reachedMs = isLast ? beforeMs : done.lastCreatedAtMs;
      // A longer keeping, set meanwhile, must not make this look go backwards.
      await noteExpired(db, environment, Math.max(reachedMs ?? 0, expiredBeforeMs ?? 0));
      if (isLast) break;
      at = { fromMs: done.lastCreatedAtMs ?? at.fromMs, afterId: done.lastId };
    }
  }
  if (result.pictures > 0) log.info("old pictures were removed", { ...result });
  return result;

  async function remove(objectKey: string): Promise<void> {
    try {
      if (await removeObject(stores, objectKey, now() - HOUR_MS)) result.objects += 1;
    } catch (error) {
      if (!StorageProblem.is(error)) throw error;
      result.left += 1;
      log.warn("an old picture could not be removed", { fault: error.fault, reason: error.message, objectKey });
    }
  }
}
