import { endpointHistory } from "@/db/queries/endpoint";
import { changeBetween } from "@/server/domain/endpoint/differences";
import { AppError } from "@/server/errors";
import type { Operator } from "@/server/rollout/types";
import { type ChangedEndpoint, changeEndpoint } from "./change-endpoint";
import type { EndpointDeps } from "./types";

/**
 * Puts the endpoint back to what it was before its newest change, whoever made that: an outside one can be taken back
 * too. Only the newest, since an older one's fields may have been changed again.
 */
export async function undoEndpointChange(
  deps: EndpointDeps,
  operator: Operator,
  input: { environment: string; snapshot: number; reason: string },
  now: Date,
): Promise<ChangedEndpoint> {
  const { environment, snapshot, reason } = input;
  const [newest, before] = await endpointHistory(deps.db, environment, 2);
  if (newest?.id !== snapshot)
    throw new AppError("CONFLICT", "only the newest change can be taken back, and this is not it any more");
  if (before === undefined)
    throw new AppError("CONFLICT", "there is nothing to take back: the endpoint was never changed");
  const change = changeBetween(newest.settings, before.settings);
  if (Object.keys(change).length === 0)
    throw new AppError(
      "CONFLICT",
      "what changed can be put back at RunPod only: it is none of the settings changed here",
    );
  return changeEndpoint(deps, operator, { environment, change, reason, seenSnapshot: snapshot, undoes: snapshot }, now);
}
