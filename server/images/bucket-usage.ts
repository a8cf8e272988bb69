import { sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { bucketDays } from "@/db/schema";
import type { R2Settings } from "@/server/config";
import type { R2Billed } from "./r2-requests";

/** Requests that this process made and the database does not know yet. */
export interface BucketUsage {
  count(kind: R2Billed): void;
  /**
   * Adds what was counted to the database's day. Counts that it does not take are kept for the next time; a process
   * that is killed loses those since its last.
   */
  flush(db: Database): Promise<void>;
}

export function bucketName({ endpoint, bucket }: Pick<R2Settings, "endpoint" | "bucket">): string {
  return `${new URL(endpoint).host}/${bucket}`;
}

const NONE: Record<R2Billed, number> = { classA: 0, classB: 0, free: 0 };

export function createBucketUsage(settings: Pick<R2Settings, "endpoint" | "bucket">): BucketUsage {
  const bucket = bucketName(settings);
  let counted = { ...NONE };
  return {
    count(kind) {
      counted[kind] += 1;
    },
    async flush(db) {
      const taken = counted;
      if (taken.classA + taken.classB + taken.free === 0) return;
      counted = { ...NONE };
      try {
        await db
          .insert(bucketDays)
          .values({ bucket, dayAt: sql`date_trunc('day', clock_timestamp(), 'UTC')`, ...taken })
          .onConflictDoUpdate({
            target: [bucketDays.bucket, bucketDays.dayAt],
            set: {
              classA: sql`${bucketDays.classA} + excluded.class_a`,
              classB: sql`${bucketDays.classB} + excluded.class_b`,
              free: sql`${bucketDays.free} + excluded.free`,
            },
          });
      } catch (error) {
        for (const kind of ["classA", "classB", "free"] as const) counted[kind] += taken[kind];
        throw error;
      }
    },
  };
}

/** For work of its own, such as a check or a sweep: what it asked of the bucket is written when it is over. */
export async function countingBucket<T>(
  db: Database,
  r2: R2Settings | null,
  work: (onBilled: (kind: R2Billed) => void) => Promise<T>,
): Promise<T> {
  if (r2 === null) return work(() => undefined);
  const usage = createBucketUsage(r2);
  try {
    return await work(usage.count);
  } finally {
    await usage.flush(db);
  }
}
