import { firstSnapshotAtMs } from "@/db/queries/endpoint";
import type { Config } from "@/server/config";
import type { EndpointDeps } from "@/server/endpoint/types";
import { importBilling } from "./import-billing";
import { reconcile } from "./reconcile";

const IMPORT_TIMEOUT_MS = 60_000;
const HOUR_MS = 3_600_000;

/**
 * The environments that send jobs to the same endpoint, in the configuration's order: its bill is one, and is kept with
 * the first of them. Null where there is no endpoint.
 */
export function sharedEndpoint(
  { config, management }: Pick<EndpointDeps, "management"> & { config: Pick<Config, "environments"> },
  environment: string,
) {
  const endpointId = management(environment)?.endpointId;
  if (endpointId === undefined) return null;
  const environments = config.environments.filter((other) => management(other)?.endpointId === endpointId);
  return { endpointId, environments, keeper: environments[0] ?? environment };
}

export interface SettledBill {
  /** Hours that are new or were told otherwise. */
  imported: number;
  /** Lines that were added to the ledger. */
  lines: number;
}

/**
 * Imports what was billed in the span and brings the ledger to it. Hours before Switchyard first saw the endpoint are
 * left alone: whatever was billed then was not for what it knows. Throws what RunPod's refusal says.
 */
export async function settleBill(
  deps: Pick<EndpointDeps, "db" | "config" | "management">,
  span: { environment: string; fromMs: number; toMs: number },
  nowMs: number,
): Promise<SettledBill> {
  const shared = sharedEndpoint(deps, span.environment);
  const management = deps.management(span.environment);
  if (shared === null || management === null) return { imported: 0, lines: 0 };
  const { keeper: environment, environments, endpointId } = shared;
  const seenMs = await firstSnapshotAtMs(deps.db, environment, endpointId);
  if (seenMs === null) return { imported: 0, lines: 0 };
  const fromMs = Math.max(span.fromMs, Math.ceil(seenMs / HOUR_MS) * HOUR_MS);
  const whole = { environment, fromMs, toMs: span.toMs };
  const signal = AbortSignal.timeout(IMPORT_TIMEOUT_MS);
  const imported = await importBilling({ db: deps.db, management }, whole, { nowMs, signal });
  const { gpuType } = deps.config.providerSettings(environment).comfyui;
  return { imported, lines: await reconcile(deps.db, { ...whole, environments, endpointId, gpuType }, nowMs) };
}
