import { asc, gt } from "drizzle-orm";
import type { Database, Transaction } from "@/db/client";
import { auditEntries, auditHead } from "@/db/schema";
import { hashOf } from "./record-audit";

export type AuditVerdict =
  | { ok: true; entries: number; headHash: string }
  /** `seq`: the first entry that does not fit. */
  | { ok: false; entries: number; seq: number; problem: string };

const BATCH = 2_000;

/** Walks the whole chain and compares every hash; finds an edited, removed, swapped or appended row. */
export function verifyAudit(db: Database): Promise<AuditVerdict> {
  // One moment for rows and head: an entry added meanwhile is no fault.
  return db.transaction((tx) => walk(tx), { isolationLevel: "repeatable read", accessMode: "read only" });
}

async function walk(db: Transaction): Promise<AuditVerdict> {
  let seq = 0;
  let hash = "";
  for (;;) {
    const rows = await db
      .select()
      .from(auditEntries)
      .where(gt(auditEntries.seq, seq))
      .orderBy(asc(auditEntries.seq))
      .limit(BATCH);
    for (const { hash: stored, ...row } of rows) {
      const fault = (problem: string) => ({ ok: false as const, entries: seq, seq: row.seq, problem });
      if (row.seq !== seq + 1) return fault(`entry ${seq + 1} is missing`);
      if (row.previousHash !== hash) return fault(`entry ${row.seq} does not continue entry ${seq}`);
      if (hashOf(row) !== stored) return fault(`entry ${row.seq} was changed after it was written`);
      seq = row.seq;
      hash = stored;
    }
    if (rows.length < BATCH) break;
  }
  const [head] = await db.select().from(auditHead);
  if (head?.seq !== seq || head.hash !== hash)
    return { ok: false, entries: seq, seq: seq + 1, problem: `the chain should end with entry ${head?.seq ?? 0}` };
  return { ok: true, entries: seq, headHash: hash };
}
