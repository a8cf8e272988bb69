import { CONTROL } from "@/server/domain/vocabulary";
import { changeRevision, requireSeen } from "./change-revision";
import { openIncident } from "./open-incident";
import { requireConfigured } from "./require-configured";
import { type Revision, revisionByNumber } from "./revision";
import type { Operator, RolloutDeps } from "./types";

export interface RollBackInput {
  environment: string;
  /** May come later: see addReason. */
  reason: string | null;
  /** When the operator pressed, on the server's clock: the stopwatch starts there. Null: now. */
  pressedAtMs: number | null;
  /** The numbers that an automatic rollback was decided on; kept with the revision. */
  decidedOn?: Record<string, unknown>;
  /** A drill of the checklist: conditional on the revision that it has made, and no incident. */
  drill?: { runId: string; seenRevision: number };
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
    decide: (current) => {
      if (input.drill) requireSeen(current, input.drill.seenRevision);
      // Pressed during a drill, which has the share at 0 just now and would put it back: it must stay there.
      const endsDrill = !input.drill && typeof current.details?.drill === "string";
      if (current.candidateShareBp === 0 && !endsDrill) return null;
      return {
        candidateShareBp: 0,
        held: true,
        details: {
          kind: "rollback",
          pressedAtMs,
          from: beforeDrill(current),
          ...(input.decidedOn ? { decidedOn: input.decidedOn } : {}),
          ...(input.drill ? { drill: input.drill.runId } : {}),
        },
      };
    },
    alongside: async (tx, next, before) => {
      if (input.drill) return;
      const from = beforeDrill(before);
      const left = from === before.number ? before : await revisionByNumber(tx, input.environment, from);
      incidentId = await openIncident(tx, { revision: next, previous: left, actor: operator.principal.name });
    },
  });
  return { revision, previous, incidentId };
}

/** What is taken back: the revision in force, or what a drill's own rollback had taken back for the moment. */
function beforeDrill(current: Revision): number {
  const { drill, from } = current.details ?? {};
  return typeof drill === "string" && typeof from === "number" ? from : current.number;
}
