import { and, eq, sql } from "drizzle-orm";
import type { DatabaseOrTransaction, Transaction } from "@/db/client";
import { environments, rolloutRevisions } from "@/db/schema";
import { newId } from "@/server/domain/ids";
import type { Phase, RevisionSource } from "@/server/domain/vocabulary";
import { ROUTING_LOCK } from "@/server/engine/routing-lock";
import { AppError } from "@/server/errors";

export interface Revision {
  id: string;
  environment: string;
  number: number;
  /** Part of new generations that go to the candidate, in basis points. */
  candidateShareBp: number;
  phase: Phase;
  held: boolean;
  salt: string;
  source: RevisionSource;
  actor: string;
  reason: string | null;
  details: Record<string, unknown> | null;
  createdAtMs: number;
}

type Row = typeof rolloutRevisions.$inferSelect;

function toRevision(row: Row): Revision {
  const { createdAt, ...rest } = row;
  return { ...rest, createdAtMs: createdAt.getTime() };
}

/** Throws NOT_FOUND naming the environment. */
export async function currentRevision(db: DatabaseOrTransaction, environment: string): Promise<Revision> {
  const [row] = await db
    .select({ revision: rolloutRevisions })
    .from(environments)
    .innerJoin(
      rolloutRevisions,
      and(
        eq(rolloutRevisions.environment, environments.name),
        eq(rolloutRevisions.number, environments.currentRevision),
      ),
    )
    .where(eq(environments.name, environment));
  if (!row) throw new AppError("NOT_FOUND", `there is no environment ${environment}`);
  return toRevision(row.revision);
}

/** Throws NOT_FOUND naming the number. */
export async function revisionByNumber(
  db: DatabaseOrTransaction,
  environment: string,
  number: number,
): Promise<Revision> {
  const [row] = await db
    .select()
    .from(rolloutRevisions)
    .where(and(eq(rolloutRevisions.environment, environment), eq(rolloutRevisions.number, number)));
  if (!row) throw new AppError("NOT_FOUND", `${environment} has no revision ${number}`);
  return toRevision(row);
}

/**
 * Waits for the intents under way and lets none start until this transaction ends; what commits here is seen by every
 * later intent, on every instance. Alone in its statement, before anything is read. A rollback must win, so it waits
 * longer than other locks do; intents are short, and a stalled one is ended by its own transaction limit.
 */
export async function lockRouting(tx: Transaction): Promise<void> {
  await tx.execute(sql`set local lock_timeout = '12s'`);
  await tx.execute(sql`set local statement_timeout = '13s'`);
  await tx.execute(sql`select pg_advisory_xact_lock(${ROUTING_LOCK})`);
}

export interface RevisionChange {
  candidateShareBp?: number;
  phase?: Phase;
  held?: boolean;
  source: RevisionSource;
  actor: string;
  reason: string | null;
  details?: Record<string, unknown>;
}

/** Adds the environment's next revision and puts it in force. Only under `lockRouting`. */
export async function appendRevision(tx: Transaction, current: Revision, change: RevisionChange): Promise<Revision> {
  const number = current.number + 1;
  const [row] = await tx
    .insert(rolloutRevisions)
    .values({
      id: newId(),
      environment: current.environment,
      number,
      candidateShareBp: change.candidateShareBp ?? current.candidateShareBp,
      phase: change.phase ?? current.phase,
      held: change.held ?? current.held,
      salt: current.salt,
      source: change.source,
      actor: change.actor,
      reason: change.reason,
      details: change.details ?? null,
    })
    .returning();
  if (!row) throw new Error("an insert returned no row");
  await tx.update(environments).set({ currentRevision: number }).where(eq(environments.name, current.environment));
  return toRevision(row);
}

/** What of a revision belongs into the audit trail. */
export function auditView(revision: Revision) {
  const { number, candidateShareBp, phase, held, source } = revision;
  return { number, candidateShareBp, phase, held, source };
}
