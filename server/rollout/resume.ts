import { AppError } from "@/server/errors";
import { changeRevision, requireSeen } from "./change-revision";
import { checkReason } from "./check-reason";
import type { Revision } from "./revision";
import type { Operator, RolloutDeps } from "./types";

/** Ends the hold that a rollback has left, with a reason. Moves no traffic by itself. */
export async function resume(
  deps: RolloutDeps,
  operator: Operator,
  input: { environment: string; reason: string; seenRevision: number },
): Promise<Revision> {
  const { revision } = await changeRevision(deps, operator, {
    environment: input.environment,
    action: "rollout.resumed",
    reason: checkReason(input.reason),
    decide: (current) => {
      requireSeen(current, input.seenRevision);
      if (!current.held) throw new AppError("CONFLICT", "the rollout is not held: there is nothing to resume");
      return { held: false, details: { kind: "resume" } };
    },
  });
  return revision;
}
