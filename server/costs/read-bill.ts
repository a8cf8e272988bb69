import type { DatabaseOrTransaction } from "@/db/client";
import type { WeekBill } from "@/server/domain/costs/bill";
import type { Day } from "@/server/domain/time-zone";
import { readReconciliation } from "./read-reconciliation";
import { onSameEndpoint } from "./same-endpoint";

/** What RunPod billed in these days, and what of it is explained. */
export async function readBill(
  db: DatabaseOrTransaction,
  config: Parameters<typeof onSameEndpoint>[0],
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
