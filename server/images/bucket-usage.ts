import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import type { R2Settings } from "@/server/config";
import type { R2Billed } from "./r2-requests";

/** Requests that this process made and the database does not know yet. */
export interface BucketUsage {
  count(kind: R2Billed): void;
  /**
   * Adds what was counted to the database's day, once, also where an answer is lost: counts that the database may not have
   * taken are sent again as they were. A process that is killed loses those since its last.
   */
  flush(db: Database): Promise<void>;
}

export function bucketName({ endpoint, bucket }: Pick<R2Settings, "endpoint" | "bucket">): string {
  return `${new URL(endpoint).host}/${bucket}`;
}

const NONE: Record<R2Billed, number> = { classA: 0, classB: 0, free: 0 };

export function createBucketUsage(settings: Pick<R2Settings, "endpoint" | "bucket">): BucketUsage {
  const bucket = bucketName(settings);
  const writer = randomUUID();
  let counted = { ...NONE };
  let sent = 0;
  /** On its way, or of unknown fate. */
  let batch: Batch | null = null;
  const take = (): Batch | null => {
    if (counted.classA + counted.classB + counted.free === 0) return null;
    const taken = { number: ++sent, ...counted };
    counted = { ...NONE };
    return taken;
  };
  return {
    count(kind) {
      counted[kind] += 1;
    },
    async flush(db) {
      for (batch ??= take(); batch !== null; ) {
        const own: Batch = batch;
        await addBatch(db, bucket, writer, own);
        // Whoever sent the same at the same time goes on from here as well.
        if (batch === own) batch = take();
      }
    },
  };
}

type Batch = Record<R2Billed, number> & { number: number };

/** One statement, so both or neither: the writer's number, and the counts where it is a new one. */
async function addBatch(db: Database, bucket: string, writer: string, batch: Batch): Promise<void> {
  await db.execute(
    sql`with mine as (
        insert into bucket_writers as w (id, batches, at) values (${writer}, ${batch.number}, clock_timestamp())
          on conflict (id) do update set batches = excluded.batches, at = excluded.at where w.batches < excluded.batches
        returning 1)
      insert into bucket_days as d (bucket, day_at, class_a, class_b, free)
        select ${bucket}, date_trunc('day', clock_timestamp(), 'UTC'), ${batch.classA}::bigint, ${batch.classB}::bigint, ${batch.free}::bigint from mine
        on conflict (bucket, day_at) do update set class_a = d.class_a + excluded.class_a, class_b = d.class_b + excluded.class_b,
          free = d.free + excluded.free`,
  );
}

const WRITERS_KEPT = sql`interval '7 days'`;

/** Takes away the numbers of processes that have long ended. Sent again is what got no answer, within seconds. */
export async function forgetBucketWriters(db: Database): Promise<void> {
  await db.execute(sql`delete from bucket_writers where at < clock_timestamp() - ${WRITERS_KEPT}`);
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
