import { sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";

/** The database's clock: that of an instance may be another's by an hour. */
export async function databaseNowMs(db: DatabaseOrTransaction): Promise<number> {
  const { rows } = await db.execute<{ nowMs: number }>(
    sql`select (extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs"`,
  );
  return Math.round(rows[0]?.nowMs ?? Date.now());
}
