import { and, eq, sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { imports } from "@/db/schema";
import { canonicalJson } from "@/server/audit/canonical-json";
import { recordAudit } from "@/server/audit/record-audit";
import { requireScope } from "@/server/auth/access";
import { newId } from "@/server/domain/ids";
import { AppError } from "@/server/errors";
import type { HistoryDeps } from "@/server/history/report-history";
import { rollUp } from "@/server/metrics/roll-up";
import { currentRevision } from "@/server/rollout/revision";
import type { Operator } from "@/server/rollout/types";
import type { FileCheck } from "./check-file";
import { loadRows } from "./load-rows";
import type { ImportSource } from "./read-rows";

export interface ImportInput {
  environment: string;
  source: ImportSource;
  fileName: string;
  mappingName: string;
  check: FileCheck;
  skipsBad: boolean;
}

export interface ImportResult {
  id: string;
  /** Nothing was to be done: the file had been imported before. */
  alreadyDone: boolean;
  rows: number;
  /** New ones; the others stood here before, under the same id. */
  stored: number;
  /** Rows that an earlier, interrupted run had dealt with. */
  resumedAfter: number;
}

export interface ImportProgress {
  rows: number;
  totalRows: number;
}

type ImportRow = typeof imports.$inferSelect;

/**
 * Stores the rows of a file that was checked, a chunk a transaction together with how far it came: killed anywhere, the
 * same call goes on there, and no row is ever stored twice. Refuses a file with bad rows unless they are to be skipped,
 * one that was begun with another mapping, and one that another process is loading.
 */
export async function importFile(
  deps: HistoryDeps,
  operator: Operator,
  input: ImportInput,
  options: { nowMs: number; onProgress?: (progress: ImportProgress) => void; signal?: AbortSignal },
): Promise<ImportResult> {
  requireScope(operator.principal, "admin");
  const { check } = input;
  if (check.badRows > 0 && !input.skipsBad)
    throw new AppError("UNPROCESSABLE", `${check.badRows} of ${check.rows} rows break a rule: nothing was imported`);
  const record = await begin(deps.db, operator, input);
  const result = { id: record.id, rows: check.rows, resumedAfter: record.rowCount };
  if (record.state === "done") return { ...result, alreadyDone: true, stored: record.storedCount };
  const { number: revision } = await currentRevision(deps.db, input.environment);
  let rollingUp: Promise<unknown> = Promise.resolve();
  try {
    for await (const rows of loadRows(deps, operator, { ...input, record, revision, ...options })) {
      options.onProgress?.({ rows, totalRows: check.rows });
      // What is loaded is on the charts while the next chunk is; a view need not add up a long outbox.
      await rollingUp;
      rollingUp = rollUp(deps.db, options.nowMs, options.signal);
      rollingUp.catch(() => undefined); // awaited in the next round
      options.signal?.throwIfAborted();
    }
  } finally {
    await rollingUp;
  }
  await finish(deps.db, operator, input, record);
  const [done] = await deps.db.select().from(imports).where(eq(imports.id, record.id));
  return { ...result, alreadyDone: false, stored: done?.storedCount ?? 0 };
}

async function begin(db: Database, operator: Operator, input: ImportInput): Promise<ImportRow> {
  const { check, environment } = input;
  const known = await findImport(db, environment, check.fileHash);
  if (known) return resumable(known, input);
  const id = newId();
  await db.transaction(async (tx) => {
    const inserted = await tx
      .insert(imports)
      .values({
        id,
        environment,
        fileName: input.fileName,
        fileHash: check.fileHash,
        sizeBytes: check.sizeBytes,
        mappingName: input.mappingName,
        mapping: check.mapping,
        skipsBad: input.skipsBad,
        totalRows: check.rows,
        counts: check.counts,
        firstAt: check.firstAtMs === null ? null : new Date(check.firstAtMs),
        lastAt: check.lastAtMs === null ? null : new Date(check.lastAtMs),
        createdBy: operator.principal.name,
      })
      .onConflictDoNothing()
      .returning({ id: imports.id });
    if (inserted.length === 0) return;
    await recordAudit(tx, {
      actor: operator.principal.name,
      via: operator.via,
      requestId: operator.requestId,
      action: "import.begun",
      target: id,
      environment,
      after: { fileName: input.fileName, fileHash: check.fileHash, rows: check.rows, mapping: input.mappingName },
    });
  });
  const record = await findImport(db, environment, check.fileHash);
  if (!record) throw new AppError("CONFLICT", "this import is being undone: try again in a moment");
  return resumable(record, input);
}

async function findImport(db: Database, environment: string, fileHash: string): Promise<ImportRow | undefined> {
  const where = and(eq(imports.environment, environment), eq(imports.fileHash, fileHash));
  return (await db.select().from(imports).where(where))[0];
}

function resumable(record: ImportRow, { check, skipsBad }: ImportInput): ImportRow {
  const isSame = canonicalJson(record.mapping) === canonicalJson(check.mapping) && record.skipsBad === skipsBad;
  if (record.rowCount < 0)
    throw new AppError("CONFLICT", `this import is being undone: switchyard import --undo ${record.id} completes that`);
  if (isSame) return record;
  const was = record.state === "done" ? "was imported" : "has been begun";
  throw new AppError(
    "CONFLICT",
    `this file ${was} with another mapping, provider or --skip-bad (${record.mappingName}): switchyard import --undo ${record.id} takes it out`,
  );
}

async function finish(db: Database, operator: Operator, input: ImportInput, { id }: ImportRow): Promise<void> {
  await db.transaction(async (tx) => {
    const [done] = await tx
      .update(imports)
      .set({ state: "done", finishedAt: sql`clock_timestamp()` })
      .where(and(eq(imports.id, id), eq(imports.state, "loading"), eq(imports.rowCount, imports.totalRows)))
      .returning({ stored: imports.storedCount });
    if (!done)
      throw new AppError("CONFLICT", "the file changed while it was read, or the import was undone: run it again");
    await recordAudit(tx, {
      actor: operator.principal.name,
      via: operator.via,
      requestId: operator.requestId,
      action: "import.finished",
      target: id,
      environment: input.environment,
      after: { rows: input.check.rows, stored: done.stored },
    });
  });
}
