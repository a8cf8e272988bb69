import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import type { Database } from "@/db/client";

const LOOK_EVERY_MS = 500;

/**
 * Yields whenever generations or attempts have ended since the last look, in whatever instance and environment: every
 * end takes a number of the outbox's sequence, which is one row to read. Nothing is yielded at the start.
 */
export async function* watchEnded(db: Database, signal: AbortSignal): AsyncGenerator<number> {
  let known: string | null = null;
  for (let n = 1; !signal.aborted; ) {
    const { rows } = await db.execute<{ mark: string }>(sql`select last_value::text as mark from rollup_outbox_id_seq`);
    const mark = rows[0]?.mark ?? "";
    if (known !== null && mark !== known) yield n++;
    known = mark;
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}
