import type { Operation, ProviderId } from "@/server/domain/vocabulary";
import { PROVIDER_IDS, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import type { FinishRecord } from "./finish";
import type { HeldLeases } from "./held-leases";
import type { Lane } from "./lane";
import type { Recorder } from "./record";
import type { EngineDeps } from "./types";

export type Work = "queued" | "open";

/** What every step of the engine works with. */
export interface EngineContext extends EngineDeps {
  recorder: Recorder;
  finish(record: FinishRecord): Promise<boolean>;
  leases: HeldLeases;
  /** Null where the provider is not configured in that environment. */
  lane(environment: string, provider: ProviderId): Lane | null;
  /** There may be work now: something to send, or an open job to look at. Default: both. */
  wake(what?: Work): void;
}

/** Why each provider cannot serve the operation in that environment; null where it can. */
export function unavailability(
  deps: Pick<EngineDeps, "config" | "provider">,
  environment: string,
  operation: Operation,
): Record<ProviderId, string | null> {
  const entries = PROVIDER_IDS.map((id) => {
    const missing = deps.config.missingVariables(environment, id);
    if (missing.length > 0)
      return [
        id,
        `${PROVIDER_NAMES[id]} is not configured: ${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} missing`,
      ];
    return [id, deps.provider(environment, id)?.unavailable(operation) ?? null];
  });
  return Object.fromEntries(entries) as Record<ProviderId, string | null>;
}
