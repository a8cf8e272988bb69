import { and, desc, eq, isNull, or, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { auditEntries, environments, rolloutRevisions } from "@/db/schema";
import type { Phase, RevisionSource } from "@/server/domain/vocabulary";

export interface RevisionView {
  number: number;
  candidateShareBp: number;
  phase: Phase;
  held: boolean;
  source: RevisionSource;
  actor: string;
  reason: string | null;
  createdAtMs: number;
}

export interface AuditView {
  seq: number;
  atMs: number;
  actor: string;
  via: string;
  action: string;
  target: string | null;
  reason: string | null;
}

export interface Overview {
  environment: string;
  /** Null before the environment's first revision. */
  revision: RevisionView | null;
  /** The newest changes, newest first. */
  audit: AuditView[];
}

/** Who serves, and what was changed last. The numbers are in `metrics`. */
export async function overview(db: DatabaseOrTransaction, environment: string): Promise<Overview> {
  const [revisions, audit] = await Promise.all([newestRevisions(db, environment, 1), newestAudit(db, environment, 6)]);
  return { environment, revision: revisions[0] ?? null, audit };
}

/** The rollout's history in an environment, the revision that rules now first. */
export async function newestRevisions(
  db: DatabaseOrTransaction,
  environment: string,
  limit: number,
): Promise<RevisionView[]> {
  const rows = await db
    .select({ revision: rolloutRevisions })
    .from(rolloutRevisions)
    .innerJoin(environments, eq(environments.name, rolloutRevisions.environment))
    .where(and(eq(environments.name, environment), sql`${rolloutRevisions.number} <= ${environments.currentRevision}`))
    .orderBy(desc(rolloutRevisions.number))
    .limit(limit);
  return rows.map(({ revision }) => ({
    number: revision.number,
    candidateShareBp: revision.candidateShareBp,
    phase: revision.phase,
    held: revision.held,
    source: revision.source,
    actor: revision.actor,
    reason: revision.reason,
    createdAtMs: revision.createdAt.getTime(),
  }));
}

async function newestAudit(db: DatabaseOrTransaction, environment: string, limit: number): Promise<AuditView[]> {
  const rows = await db
    .select()
    .from(auditEntries)
    .where(or(eq(auditEntries.environment, environment), isNull(auditEntries.environment)))
    .orderBy(desc(auditEntries.seq))
    .limit(limit);
  return rows.map((row) => ({
    seq: row.seq,
    atMs: row.at.getTime(),
    actor: row.actor,
    via: row.via,
    action: row.action,
    target: row.target,
    reason: row.reason,
  }));
}
