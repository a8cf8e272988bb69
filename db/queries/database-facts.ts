import { sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";

export interface DatabaseFacts {
  /** Such as `18.1`. */
  version: string;
  name: string;
  sizeBytes: number;
}

export async function databaseFacts(db: DatabaseOrTransaction): Promise<DatabaseFacts> {
  const { rows } = await db.execute<{ version: string; name: string; size: string }>(
    sql`select current_setting('server_version') as version, current_database() as name, pg_database_size(current_database()) as size`,
  );
  const row = rows[0];
  return { version: row?.version ?? "", name: row?.name ?? "", sizeBytes: Number(row?.size ?? 0) };
}
