import type { DatabaseOrTransaction } from "@/db/client";
import type { Config } from "@/server/config";
import type { WeekBill } from "@/server/domain/costs/bill";
import type { Day } from "@/server/domain/time-zone";
import { SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";
import { readReconciliation } from "./read-reconciliation";

type Deps = Pick<Config, "environments" | "providerSettings" | "sandbox">;

/** The environments on an environment's endpoint, by the configuration alone: a bill is read also while nothing runs. */
export function onSameEndpoint(config: Deps, environment: string): string[] {
  if (environment === SANDBOX_ENVIRONMENT) return [environment];
  const { endpointId } = config.providerSettings(environment).comfyui;
  const others = config.environments.filter((other) => other !== SANDBOX_ENVIRONMENT);
  const shared = others.filter((other) => config.providerSettings(other).comfyui.endpointId === endpointId);
  return shared.includes(environment) ? shared : [environment];
}

/** What RunPod billed in these days, and what of it is explained. */
export async function readBill(
  db: DatabaseOrTransaction,
  config: Deps,
  { environment, days }: { environment: string; days: readonly Day[] },
): Promise<WeekBill> {
  const environments = onSameEndpoint(config, environment);
  const span = { fromMs: days[0]?.fromMs ?? 0, toMs: days.at(-1)?.toMs ?? 0 };
  const query = { environment: environments[0] ?? environment, environments, ...span };
  const { hours, ...bill } = await readReconciliation(db, query);
  return {
    days: days.map(({ date, fromMs, toMs }) => {
      const told = hours.filter(
        ({ hourMs, billedMicros }) => hourMs >= fromMs && hourMs < toMs && billedMicros !== null,
      );
      return {
        date,
        billedMicros: told.length === 0 ? null : told.reduce((sum, hour) => sum + (hour.billedMicros ?? 0), 0),
        explainedMicros: told.reduce((sum, { explainedMicros }) => sum + explainedMicros, 0),
      };
    }),
    openHours: hours.filter(({ billedMicros }) => billedMicros === null).length,
    billedHours: bill.billedHours,
    billedMicros: bill.billedMicros,
    explainedMicros: bill.explainedMicros,
    unexplainedMicros: bill.unexplainedMicros,
    captureRate: bill.captureRate,
    corrections: bill.corrections,
  };
}
