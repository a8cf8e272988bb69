import type { Database } from "@/db/client";
import { markMoved, type SpooledPicture, spooledPictures } from "@/db/queries/spool";
import { debugPoint } from "@/server/engine/debug-points";
import type { Log } from "@/server/log";
import type { Spool } from "./image-service";
import { isOfStore, StorageProblem } from "./storage-problem";

export interface DrainResult {
  moved: number;
  /** Missing on this disk and in R2, damaged, or refused: tried again at the next run, in nobody's way. */
  stuck: number;
  /** R2 took no more; null when all that waits on this disk was looked at. */
  problem: string | null;
}

const BATCH = 100;
const AT_ONCE = 4;

/**
 * Moves the pictures that wait on this disk to R2. First the object is there and compared, then the rows say so, then
 * the file goes: killed between any two of these, the next run goes on, and until the last both copies are good. Two
 * that run at once on one disk only do the same work twice. Ends by itself after `forMs`.
 */
export async function drainSpool(
  deps: { db: Database; spool: Spool; log: Pick<Log, "info" | "error">; signal?: AbortSignal },
  limits: { forMs: number } = { forMs: 20_000 },
): Promise<DrainResult> {
  const { db, spool, log, signal } = deps;
  const result: DrainResult = { moved: 0, stuck: 0, problem: spool.r2Problem()?.message ?? null };
  const endsMs = performance.now() + limits.forMs;
  const isOver = () => result.problem !== null || signal?.aborted === true || performance.now() > endsMs;

  async function moveOne(picture: SpooledPicture): Promise<void> {
    if (isOver()) return;
    const { objectKey } = picture;
    try {
      const outcome = await spool.move(objectKey, signal);
      if (outcome === "missing") {
        result.stuck += 1;
        log.error("a spooled picture is neither whole on this disk nor in R2", { objectKey });
        return;
      }
      await debugPoint("drain.copied");
      await markMoved(db, spool.diskId, picture);
      await debugPoint("drain.marked");
      await spool.dropFile(objectKey);
      result.moved += 1;
    } catch (error) {
      if (signal?.aborted) return;
      if (!StorageProblem.is(error)) throw error;
      if (isOfStore(error)) result.problem = error.message;
      else {
        result.stuck += 1;
        log.error("a spooled picture cannot be moved to R2", { fault: error.fault, reason: error.message, objectKey });
      }
    }
  }

  let last: SpooledPicture | null = null;
  while (!isOver()) {
    const batch: SpooledPicture[] = await spooledPictures(db, spool.diskId, last, BATCH);
    last = batch.at(-1) ?? last;
    const objects = [...new Map(batch.map((picture) => [picture.objectKey, picture])).values()];
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let next = objects.shift(); next !== undefined; next = objects.shift()) await moveOne(next);
    });
    await Promise.all(workers);
    if (batch.length < BATCH) break;
  }
  if (result.moved > 0) log.info("spooled pictures were moved to R2", { moved: result.moved });
  return result;
}
