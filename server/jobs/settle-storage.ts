import type { Database } from "@/db/client";
import { databaseNowMs } from "@/db/queries/database-now";
import type { Config } from "@/server/config";
import { bookStorage } from "@/server/costs/book-storage";
import { measureBucket } from "@/server/costs/measure-bucket";
import { DAY_MS } from "@/server/domain/time-zone";
import { Loop } from "@/server/engine/loop";
import { type BucketUsage, bucketName, forgetBucketWriters } from "@/server/images/bucket-usage";
import type { RolloutDeps } from "@/server/rollout/types";
import type { Job } from "./run-jobs";

/** A missing price may be entered later: so far back it is still booked. */
const LOOK_BACK_MS = 93 * DAY_MS;
const FLUSH_EVERY_MS = 10_000;

/** Looks at what lies in the bucket, and books each day that is over. */
export function settleStorage(db: Database, { r2, environments }: Pick<Config, "r2" | "environments">): Job {
  return {
    name: "storage costs",
    everyMs: 3_600_000,
    async run() {
      const nowMs = await databaseNowMs(db);
      try {
        if (r2 !== null) await measureBucket(db, bucketName(r2), nowMs);
      } finally {
        // A look that fails must not keep what is counted from being booked; it is tried again in an hour.
        const keeper = environments[0] ?? "production";
        await bookStorage(db, { fromMs: nowMs - LOOK_BACK_MS, toMs: nowMs, keeper }, nowMs);
        await forgetBucketWriters(db);
      }
    },
  };
}

/** Not a chore that one instance runs for all: each has counts of its own. `stop` writes the last of them. */
export function flushBucketUsage({ db, log }: Pick<RolloutDeps, "db" | "log">, usage: BucketUsage) {
  const onError = (error: unknown) => log.warn("storage: counts of requests could not be written", { error });
  const loop = new Loop({
    tick: async () => {
      await usage.flush(db);
      return FLUSH_EVERY_MS;
    },
    onError,
    pauseAfterErrorMs: FLUSH_EVERY_MS,
  });
  loop.start();
  return {
    async stop() {
      await loop.stop();
      await usage.flush(db).catch(onError);
    },
  };
}
