import { AppError } from "@/server/errors";
import { changeRevision, requireSeen } from "./change-revision";
import { type Revision, revisionByNumber } from "./revision";
import type { Operator, RolloutDeps } from "./types";

/** The toast offers it for 15 seconds; the server allows for the way there and back. */
const UNDO_WITHIN_MS = 20_000;

/**
 * Takes back a rollback that was pressed by mistake: the share and phase of before, as a new revision. Only while that
 * rollback is still the newest revision and fresh; later, traffic goes up by the gates like any other step.
 */
export async function undoRollback(
  deps: RolloutDeps,
  operator: Operator,
  input: { environment: string; rollbackRevision: number },
  now: Date,
): Promise<Revision> {
  const { revision } = await changeRevision(deps, operator, {
    environment: input.environment,
    action: "rollout.rollback_undone",
    reason: `undo of the rollback in revision ${input.rollbackRevision}`,
    decide: async (current, tx) => {
      requireSeen(current, input.rollbackRevision);
      const from = current.details?.kind === "rollback" ? current.details.from : null;
      if (typeof from !== "number") throw new AppError("CONFLICT", `revision ${current.number} is no rollback`);
      if (now.getTime() - current.createdAtMs > UNDO_WITHIN_MS) {
        throw new AppError(
          "CONFLICT",
          "the rollback is too old to be undone: resume the rollout and raise the share by its gates",
        );
      }
      const before = await revisionByNumber(tx, input.environment, from);
      const { candidateShareBp, phase, held } = before;
      return { candidateShareBp, phase, held, details: { kind: "undo", of: current.number } };
    },
  });
  return revision;
}
