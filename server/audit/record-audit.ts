import { createHash } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import type { Transaction } from "@/db/client";
import { auditEntries, auditHead } from "@/db/schema";
import { canonicalJson } from "./canonical-json";

export interface AuditEntry {
  actor: string;
  via: "console" | "cli" | "api" | "automation" | "env" | "system";
  /** Subject and past participle, such as `api_key.revoked`. */
  action: string;
  target?: string | null;
  environment?: string | null;
  /** Plain JSON without secrets. */
  before?: unknown;
  after?: unknown;
  reason?: string | null;
  requestId?: string | null;
}

export type ChainedEntry = Required<AuditEntry> & { seq: number; at: Date; previousHash: string };

export function hashOf(entry: ChainedEntry): string {
  const { at, ...rest } = entry;
  return createHash("sha256")
    .update(canonicalJson({ ...rest, at: at.getTime() }))
    .digest("hex");
}

/**
 * Adds an entry to the chain in the caller's transaction, so the change and its entry commit or fail together. The
 * chain's end stays locked until then: call it late in the transaction, and never with a network call after it.
 */
export async function recordAudit(tx: Transaction, entry: AuditEntry): Promise<void> {
  const [head] = await tx
    .select({
      seq: auditHead.seq,
      hash: auditHead.hash,
      atMs: sql<string>`(extract(epoch from date_trunc('milliseconds', clock_timestamp())) * 1000)::bigint`,
    })
    .from(auditHead)
    .for("update");
  if (!head) throw new Error("audit_head has no row: the migrations did not run");
  const chained: ChainedEntry = {
    seq: head.seq + 1,
    at: new Date(Number(head.atMs)),
    actor: entry.actor,
    via: entry.via,
    action: entry.action,
    target: entry.target ?? null,
    environment: entry.environment ?? null,
    before: asJson(entry.before),
    after: asJson(entry.after),
    reason: entry.reason ?? null,
    requestId: entry.requestId ?? null,
    previousHash: head.hash,
  };
  const hash = hashOf(chained);
  await tx.insert(auditEntries).values({ ...chained, hash });
  await tx
    .update(auditHead)
    .set({ seq: chained.seq, hash, updatedAt: sql`clock_timestamp()` })
    .where(eq(auditHead.id, "head"));
}

/** As the database will give it back: dates are texts, absent members are gone. */
function asJson(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}
