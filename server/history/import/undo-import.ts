import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "@/db/client";
import { imports } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireScope } from "@/server/auth/access";
import { AppError } from "@/server/errors";
import { rebuildRollups } from "@/server/metrics/rebuild-rollups";
import type { Operator } from "@/server/rollout/types";
import { importScope } from "./load-rows";

const CHUNK = 5_000;

/**
 * Takes an import's rows out again and counts the days that it touched anew. May be stopped and run again: the import
 * is forgotten last. Rows that stood here before the import stay. Throws NOT_FOUND.
 */
export async function undoImport(
  db: Database,
  operator: Operator,
  id: string,
  options: { nowMs: number; onProgress?: (rows: number) => void },
): Promise<{ rows: number }> {
  requireScope(operator.principal, "admin");
  if (!z.uuid().safeParse(id).success) throw unknownImport();
  // From here on a command that loads it stops at its next chunk.
  const [record] = await db.transaction(async (tx) => {
    await tx.execute(sql`set local lock_timeout = '30s'`);
    return tx
      .update(imports)
      .set({ rowCount: -1, state: "loading", finishedAt: null })
      .where(eq(imports.id, id))
      .returning();
  });
  if (!record) throw unknownImport();
  let rows = 0;
  for (;;) {
    const n = await removeChunk(db, record);
    rows += n;
    options.onProgress?.(rows);
    if (n < CHUNK) break;
  }
  const { environment, firstAt, lastAt } = record;
  if (firstAt !== null && lastAt !== null)
    await rebuildRollups(db, { environment, nowMs: options.nowMs, fromMs: firstAt.getTime(), toMs: lastAt.getTime() });
  await db.transaction(async (tx) => {
    await tx.delete(imports).where(eq(imports.id, id));
    await recordAudit(tx, {
      actor: operator.principal.name,
      via: operator.via,
      requestId: operator.requestId,
      action: "import.undone",
      target: id,
      environment: record.environment,
      before: { fileName: record.fileName, fileHash: record.fileHash, stored: record.storedCount },
    });
  });
  return { rows };
}

const unknownImport = () => new AppError("NOT_FOUND", "no import has this id: switchyard import --list shows them");

async function removeChunk(db: Database, record: typeof imports.$inferSelect): Promise<number> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.execute<{ id: string }>(
      sql`select id from generations where environment = ${record.environment} and created_at >= ${record.firstAt} and created_at <= ${record.lastAt}
        and source = 'import' and scope = ${importScope(record.id)} limit ${CHUNK}`,
    );
    if (rows.length === 0) return 0;
    const ids = sql`(select id::uuid from jsonb_array_elements_text(${JSON.stringify(rows.map(({ id }) => id))}::jsonb) as t(id))`;
    await tx.execute(sql`delete from cost_lines where generation_id in ${ids}`);
    await tx.execute(sql`delete from attempts where generation_id in ${ids}`);
    await tx.execute(sql`delete from generation_requests where generation_id in ${ids}`);
    await tx.execute(sql`delete from generations where id in ${ids}`);
    return rows.length;
  });
}
