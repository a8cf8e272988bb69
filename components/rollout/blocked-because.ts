import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import type { RolloutStatus } from "./use-rollout-status";

type Facts = Pick<RolloutStatus, "control" | "missing" | "mayOperate"> & {
  revision: Pick<RolloutStatus["revision"], "candidateShareBp">;
};

/** Why a rollback can do nothing: in three cases only. A failing live check is none of them. Null: it can be pressed. */
export function blockedBecause(status: Facts | undefined): string | null {
  if (!status) return null;
  const name = PROVIDER_NAMES[status.control];
  if (!status.mayOperate) return "Needs the operator role";
  if (status.revision.candidateShareBp === 0) return `${name} already serves all traffic`;
  const missing = status.missing[status.control] ?? [];
  if (missing.length === 0) return null;
  return `${name} is not configured: ${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} missing`;
}
