import { CONTROL } from "@/server/domain/vocabulary";
import { changeRevision } from "./change-revision";
import { openIncident } from "./open-incident";
import { requireConfigured } from "./require-configured";
import type { Revision } from "./revision";
import type { Operator, RolloutDeps } from "./types";

export interface RollBackInput {
  environment: string;
  /** May come later: see addReason. */
  reason: string | null;
  /** When the operator pressed, on the server's clock: the stopwatch starts there. Null: now. */
  pressedAtMs: number | null;
  /** The numbers that an automatic rollback was decided on; kept with the revision. */
  decidedOn?: Record<string, unknown>;
}

export interface RolledBack {
  revision: Revision;
  /** Null when there was nothing to take back: the control already served everything. */
  previous: Revision | null;
  incidentId: string | null;
}

/**
 * Takes everything back to the control: the one change of traffic without a condition on what the operator saw. It
 * waits for its turn and wins; a second press, or a second person, finds nothing to do and gets the same answer. When
 * this returns, no instance writes an intent for the candidate any more but for requests that name it. Throws
 * NOT_CONFIGURED when the control has no credentials, since then nobody would serve.
 */
export async function rollBack(deps: RolloutDeps, operator: Operator, input: RollBackInput): Promise<RolledBack> {
  requireConfigured(deps, input.environment, CONTROL);
  const pressedAtMs = input.pressedAtMs ?? Date.now();
  let incidentId: string | null = null;
  const { revision, previous } = await changeRevision(deps, operator, {
    environment: input.environment,
    action: "rollout.rolled_back",
    reason: input.reason,
    decide: (current) =>
      current.candidateShareBp === 0
        ? null
        : {
            candidateShareBp: 0,
            held: true,
            details: {
              kind: "rollback",
              pressedAtMs,
              from: current.number,
              ...(input.decidedOn ? { decidedOn: input.decidedOn } : {}),
            },
          },
    alongside: async (tx, next, before) => {
      incidentId = await openIncident(tx, { revision: next, previous: before, actor: operator.principal.name });
    },
  });
  return { revision, previous, incidentId };
}
