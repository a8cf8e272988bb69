import { desc, eq } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { storageChecks } from "@/db/schema";
import type { StorageCheck } from "@/server/domain/storage";
import { epochMs } from "./sql-parts";

export interface StorageCheckRow {
  ok: boolean;
  stores: StorageCheck[];
  checkedBy: string;
  atMs: number;
}

/** The newest check in the environment; null before the first. */
export async function newestStorageCheck(
  db: DatabaseOrTransaction,
  environment: string,
): Promise<StorageCheckRow | null> {
  const [row] = await db
    .select({
      ok: storageChecks.ok,
      stores: storageChecks.stores,
      checkedBy: storageChecks.checkedBy,
      atMs: epochMs(storageChecks.at).mapWith(Number),
    })
    .from(storageChecks)
    .where(eq(storageChecks.environment, environment))
    .orderBy(desc(storageChecks.id))
    .limit(1);
  return row ?? null;
}
