import type { Database } from "@/db/client";
import type { Config } from "@/server/config";
import { CONTROL } from "@/server/domain/vocabulary";
import type { RolloutDeps } from "@/server/rollout/types";
import { importUsage } from "./import-usage";
import { sharedControl } from "./shared-control";

const IMPORT_TIMEOUT_MS = 60_000;

/**
 * Imports what Scenario says was used. The ledger stays as it is: each job's own bill is the truth there, and the account
 * may serve others. What nothing of ours explains is shown. Throws what Scenario's refusal says.
 */
export async function settleUsage(
  deps: { db: Database; config: Pick<Config, "environments" | "providerSettings"> } & Pick<RolloutDeps, "provider">,
  span: { environment: string; fromMs: number; toMs: number },
  nowMs: number,
): Promise<number> {
  const shared = sharedControl(deps.config, span.environment);
  const control = deps.provider(span.environment, CONTROL);
  if (shared === null || control === null) return 0;
  const { account, keeper: environment } = shared;
  const signal = AbortSignal.timeout(IMPORT_TIMEOUT_MS);
  return importUsage({ db: deps.db, control }, { ...span, environment, account }, { nowMs, signal });
}
