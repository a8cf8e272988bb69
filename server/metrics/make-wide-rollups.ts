import { sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { bucketStart } from "@/server/domain/metrics/buckets";
import { lockRollups } from "./roll-up";
import { sumRollups } from "./sum-rollups";

/** So many are made in one transaction: what ends meanwhile waits in the outbox, where every view finds it. */
const AT_ONCE = 8;

/**
 * Makes the roll-ups for which finer ones stand in (see `rollup_stand_ins`), a few a transaction, the oldest first; the
 * last one ends the standing in. Goes on where it was stopped. What another release writes meanwhile makes it begin
 * anew, at the next call. Returns how many widths of environments are all made.
 */
export async function makeWideRollups(db: Database, signal?: AbortSignal): Promise<number> {
  const { rows } = await db.execute<{ environment: string; widthMs: number }>(
    sql`select environment, width_ms as "widthMs" from rollup_stand_ins order by width_ms desc, environment`,
  );
  let made = 0;
  for (const { environment, widthMs } of rows) {
    let expectedMs: number | null = null;
    for (;;) {
      if (signal?.aborted) return made;
      const step = await makeSome(db, environment, widthMs, expectedMs);
      if (step === "made") made += 1;
      if (typeof step === "string") break;
      expectedMs = step;
    }
  }
  return made;
}

/** Returns to where all are made now, `made` when they all are, and `disturbed` when that is not where it was expected. */
async function makeSome(
  db: Database,
  environment: string,
  widthMs: number,
  expectedMs: number | null,
): Promise<number | "made" | "disturbed"> {
  return db.transaction(async (tx) => {
    await lockRollups(tx);
    const { rows } = await tx.execute<{ standInMs: number; madeToMs: number | null }>(
      sql`select stand_in_ms as "standInMs", (extract(epoch from made_to) * 1000)::float8 as "madeToMs" from rollup_stand_ins
        where environment = ${environment} and width_ms = ${widthMs}`,
    );
    const [standIn] = rows;
    if (standIn === undefined) return "made";
    const { standInMs, madeToMs } = standIn;
    if (expectedMs !== null && madeToMs !== expectedMs) return "disturbed";
    // Where anything is, a total is; a wide one may be left over from what is gone. Each by itself is one look into the index.
    const firstOf = (width: number) =>
      sql`(select min(start_at) from rollups where environment = ${environment} and width_ms = ${width} and is_total
        and start_at >= ${new Date(madeToMs ?? 0)})`;
    const { rows: next } = await tx.execute<{ startMs: number | null }>(
      sql`select (extract(epoch from least(${firstOf(widthMs)}, ${firstOf(standInMs)})) * 1000)::float8 as "startMs"`,
    );
    const startMs = next[0]?.startMs ?? null;
    if (startMs === null) {
      await tx.execute(sql`delete from rollup_stand_ins where environment = ${environment} and width_ms = ${widthMs}`);
      return "made";
    }
    const fromMs = bucketStart(startMs, widthMs);
    const toMs = fromMs + AT_ONCE * widthMs;
    await sumRollups(tx, { environment, fromMs, toMs, widthMs, sumOfMs: standInMs });
    await tx.execute(
      sql`update rollup_stand_ins set made_to = ${new Date(toMs)} where environment = ${environment} and width_ms = ${widthMs}`,
    );
    return toMs;
  });
}
