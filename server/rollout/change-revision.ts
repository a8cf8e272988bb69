import type { Transaction } from "@/db/client";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { actorWords } from "@/server/domain/actor-words";
import { CANDIDATE, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";
import {
  appendRevision,
  auditView,
  currentRevision,
  lockRouting,
  type Revision,
  type RevisionChange,
} from "./revision";
import type { Operator, RolloutDeps } from "./types";

export type Change = Omit<RevisionChange, "source" | "actor" | "reason">;

interface ChangeRequest {
  environment: string;
  /** For the audit trail, such as `rollout.rolled_back`. */
  action: string;
  reason: string | null;
  /** Decides on the revision in force, under the lock. Null: there is nothing to change. May throw. */
  decide(current: Revision, tx: Transaction): Promise<Change | null> | Change | null;
  /** What else must become true together with the revision. */
  alongside?(tx: Transaction, revision: Revision, previous: Revision): Promise<void>;
}

/**
 * The one way in which a revision is appended by somebody: under the routing lock, with its audit entry, all in one
 * transaction. `previous` is null when there was nothing to change.
 */
export async function changeRevision(
  deps: RolloutDeps,
  operator: Operator,
  request: ChangeRequest,
): Promise<{ revision: Revision; previous: Revision | null }> {
  requireScope(operator.principal, "operate");
  requireEnvironment(operator.principal, request.environment);
  const actor = operator.principal.name;
  return deps.db.transaction(async (tx) => {
    await lockRouting(tx);
    const previous = await currentRevision(tx, request.environment);
    const change = await request.decide(previous, tx);
    if (change === null) return { revision: previous, previous: null };
    const revision = await appendRevision(tx, previous, {
      ...change,
      source: operator.via,
      actor,
      reason: request.reason,
    });
    await request.alongside?.(tx, revision, previous);
    await recordAudit(tx, {
      action: request.action,
      actor,
      via: operator.via,
      environment: request.environment,
      before: auditView(previous),
      after: { ...auditView(revision), ...(change.details ? { details: change.details } : {}) },
      reason: request.reason,
      requestId: operator.requestId,
    });
    return { revision, previous };
  });
}

/** Throws CONFLICT, saying who changed what and when, unless the operator saw the revision in force. */
export function requireSeen(current: Revision, seenRevision: number): void {
  if (current.number === seenRevision) return;
  const when = new Date(current.createdAtMs).toISOString();
  const what = `revision ${current.number}: ${current.candidateShareBp / 100}% to ${PROVIDER_NAMES[CANDIDATE]}`;
  throw new AppError(
    "CONFLICT",
    `the rollout changed since this was loaded: ${actorWords(current.actor)} set ${what} at ${when}`,
  );
}
