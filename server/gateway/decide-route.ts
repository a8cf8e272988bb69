import { randomUUID } from "node:crypto";
import type { Database } from "@/db/client";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import type { Config } from "@/server/config";
import { type DecisionReceipt, decide } from "@/server/domain/decision";
import type { Operation } from "@/server/domain/vocabulary";
import { unavailability } from "@/server/engine/context";
import type { EngineDeps } from "@/server/engine/types";
import { AppError } from "@/server/errors";
import { currentRevision } from "@/server/rollout/revision";
import type { Principal } from "./types";

const KEY_MAX = 255;

/**
 * Who would serve, for callers in report mode that call the provider themselves. Read from the revision in force, never
 * from memory; a caller that keeps the answer for later may act on a route that was taken back meanwhile. Without a
 * key each answer is one draw, as for a generation without a sticky key.
 */
export async function decideRoute(
  deps: { db: Database; config: Config; provider: EngineDeps["provider"] },
  principal: Principal,
  input: { environment: string; key: string | null; operation: Operation },
): Promise<DecisionReceipt> {
  requireScope(principal, "report");
  requireEnvironment(principal, input.environment);
  const key = input.key;
  if (key !== null && (key.length === 0 || key.length > KEY_MAX || /\p{Cc}/u.test(key))) {
    const rule = `must have 1 to ${KEY_MAX} printable characters`;
    throw new AppError("BAD_REQUEST", `key ${rule}`, { problems: [{ field: "key", rule }] });
  }
  const revision = await currentRevision(deps.db, input.environment);
  const unavailable = unavailability(deps, input.environment, input.operation);
  const receipt = decide({
    revision: { number: revision.number, candidateShareBp: revision.candidateShareBp, salt: revision.salt },
    stickyKey: key ?? randomUUID(),
    forced: null,
    unavailable,
  });
  if (receipt.rule === "not_available") {
    throw new AppError("NOT_CONFIGURED", unavailable[receipt.provider] ?? "no provider can serve this operation");
  }
  return receipt;
}
