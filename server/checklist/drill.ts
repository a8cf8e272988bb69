import { type ChecklistRunRow, checklistRun, updateHeldRun } from "@/db/queries/checklist";
import { actorWords } from "@/server/domain/actor-words";
import { debugPoint } from "@/server/engine/debug-points";
import { AppError } from "@/server/errors";
import { changeRevision, requireSeen } from "@/server/rollout/change-revision";
import { currentRevision, type Revision } from "@/server/rollout/revision";
import type { Operator, RolloutDeps } from "@/server/rollout/types";

/** The least share there is: a key is chosen that falls under it, so hardly anybody else's request does. */
const DRILL_SHARE_BP = 1;

/**
 * Raises the share where there is none, with a record of what was found in the same transaction: from here on whoever
 * goes on with the run knows what to put back. Throws CONFLICT when the rollout changed since it was read, is held, or
 * the run is not ours any more.
 */
export async function startDrill(
  deps: RolloutDeps,
  operator: Operator,
  run: ChecklistRunRow,
  found: Revision,
): Promise<Revision> {
  const { number, candidateShareBp, phase, held } = found;
  const record = { found: { number, candidateShareBp, phase, held }, raised: number };
  const { revision } = await changeRevision(deps, operator, {
    environment: run.environment,
    action: "checklist.drill_started",
    reason: `rollback drill of checklist run ${run.id}`,
    decide: async (current, tx) => {
      requireSeen(current, number);
      if (current.held) throw new AppError("CONFLICT", "the rollout is held since a rollback");
      if (candidateShareBp > 0) {
        await keep(tx, record);
        return null;
      }
      return { candidateShareBp: DRILL_SHARE_BP, details: { kind: "drill", drill: run.id } };
    },
    alongside: (tx, next) => keep(tx, { ...record, raised: next.number }),
  });
  await debugPoint("checklist.share_up");
  return revision;

  async function keep(tx: Parameters<typeof updateHeldRun>[0], drill: NonNullable<ChecklistRunRow["drill"]>) {
    if (!(await updateHeldRun(tx, run, { drill })))
      throw new AppError("CONFLICT", "another process goes on with this checklist run");
  }
}

export interface Restored {
  /** `left`: somebody else has changed the rollout meanwhile, and theirs stands. */
  kind: "restored" | "unchanged" | "left";
  words: string;
  revision: Revision;
}

/**
 * Puts the rollout back as the drill found it, unless somebody else has changed it meanwhile. Harmless to repeat, by
 * whichever process. Null: there is nothing to put back.
 */
export async function restoreDrill(
  deps: RolloutDeps,
  operator: Operator,
  run: Pick<ChecklistRunRow, "id" | "fence" | "environment">,
): Promise<Restored | null> {
  const drill = (await checklistRun(deps.db, run.id))?.drill ?? null;
  if (drill === null) return null;
  await debugPoint("checklist.before_restore");
  const { found } = drill;
  const { revision, previous } = await changeRevision(deps, operator, {
    environment: run.environment,
    action: "checklist.drill_ended",
    reason: `put back as checklist run ${run.id} found it`,
    decide: (current) => {
      const isOurs = current.details?.drill === run.id;
      const isBack = isOurs && current.details?.kind === "undo";
      if (!isOurs || isBack || current.number === found.number) return null;
      return {
        candidateShareBp: found.candidateShareBp,
        phase: current.phase,
        held: found.held,
        // An undone rollback does not restart the time for which a share has stood.
        details: { kind: "undo", of: current.number, drill: run.id },
      };
    },
  });
  const current = previous === null ? await currentRevision(deps.db, run.environment) : revision;
  await updateHeldRun(deps.db, run, { drill: null });
  const share = `${current.candidateShareBp / 100}%`;
  if (previous !== null || current.details?.drill === run.id)
    return { kind: "restored", words: `put back to ${share} in revision ${current.number}`, revision: current };
  if (current.number === found.number)
    return {
      kind: "unchanged",
      words: `nothing was changed: still revision ${found.number} with ${share}`,
      revision: current,
    };
  return {
    kind: "left",
    words: `left as ${actorWords(current.actor)} has set it meanwhile: ${share} in revision ${current.number}`,
    revision: current,
  };
}
