import { and, eq, sql } from "drizzle-orm";
import type { Database, Transaction } from "@/db/client";
import { imports } from "@/db/schema";
import { AppError } from "@/server/errors";
import { type HistoryRecord, toRecord } from "@/server/history/history-record";
import type { HistoryDeps } from "@/server/history/report-history";
import { type HistoryOrigin, storeHistory } from "@/server/history/store-history";
import type { Operator } from "@/server/rollout/types";
import { type ImportSource, readRows } from "./read-rows";

const CHUNK = 2_000;

export interface Load {
  environment: string;
  source: ImportSource;
  record: { id: string; fileHash: string; rowCount: number };
  revision: number;
  nowMs: number;
  signal?: AbortSignal;
}

/** Stores the rows after those that are dealt with; gives the number of rows that are, after each commit. */
export async function* loadRows(deps: HistoryDeps, operator: Operator, load: Load): AsyncGenerator<number> {
  const { environment, record } = load;
  const origin: HistoryOrigin = {
    environment,
    scope: importScope(record.id),
    source: "import",
    caller: operator.principal.name,
    costNote: "as imported",
  };
  let done = record.rowCount;
  let last = done;
  let chunk: HistoryRecord[] = [];
  for await (const { number, row } of readRows(load.source, load.nowMs).rows) {
    if (number <= record.rowCount) continue;
    last = number;
    if (!Array.isArray(row)) {
      // A row's own id, where the file has one, also knows it again in another file; else its place in this one.
      const isPlaced = row.id === `row ${number}`;
      const identity = isPlaced ? `file ${record.fileHash} ${number}` : `id ${row.id}`;
      chunk.push(
        toRecord(row, { idempotencyKey: null, identity, environment, revision: load.revision, prices: deps.prices }),
      );
    }
    if (number - done < CHUNK) continue;
    await store(deps.db, origin, record.id, { from: done, to: number }, chunk);
    done = number;
    chunk = [];
    yield done;
  }
  if (last === done) return;
  await store(deps.db, origin, record.id, { from: done, to: last }, chunk);
  yield last;
}

/** Whose rows these are, in `generations.scope`. */
export const importScope = (id: string) => `import:${id}`;

async function store(
  db: Database,
  origin: HistoryOrigin,
  id: string,
  rows: { from: number; to: number },
  records: HistoryRecord[],
): Promise<void> {
  await db.transaction(async (tx) => {
    await requireTurn(tx, id, rows.from);
    const stored = await storeHistory(tx, origin, firstOfEach(records));
    await tx
      .update(imports)
      .set({ rowCount: rows.to, storedCount: sql`${imports.storedCount} + ${stored.size}` })
      .where(eq(imports.id, id));
  });
}

/** Held until the chunk commits: two processes with the same file would both go on from here. */
async function requireTurn(tx: Transaction, id: string, rowCount: number): Promise<void> {
  const [mine] = await tx
    .select({ id: imports.id })
    .from(imports)
    .where(and(eq(imports.id, id), eq(imports.rowCount, rowCount), eq(imports.state, "loading")))
    .for("update", { skipLocked: true });
  if (!mine) throw new AppError("CONFLICT", "another command is loading or undoing this import: wait for its end");
}

/** One statement cannot meet the same id twice. */
function firstOfEach(records: HistoryRecord[]): HistoryRecord[] {
  return [...new Map(records.toReversed().map((record) => [record.id, record])).values()].toReversed();
}
