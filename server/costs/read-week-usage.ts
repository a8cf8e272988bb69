import type { DatabaseOrTransaction } from "@/db/client";
import type { UsedDay, WeekUsage } from "@/server/domain/costs/usage";
import type { Day } from "@/server/domain/time-zone";
import { readUsage } from "./read-usage";
import { sharedControl } from "./shared-control";

/** What Scenario says was used on the UTC days that begin in these, beside the ledger. Null: it has no credentials here. */
export async function readWeekUsage(
  db: DatabaseOrTransaction,
  config: Parameters<typeof sharedControl>[0],
  { environment, days }: { environment: string; days: readonly Day[] },
): Promise<WeekUsage | null> {
  const shared = sharedControl(config, environment);
  if (shared === null) return null;
  const span = { fromMs: days[0]?.fromMs ?? 0, toMs: days.at(-1)?.toMs ?? 0 };
  const { days: told, untold, account, ...sums } = await readUsage(db, shared, span);
  const all = [
    ...told.map(({ isCorrected: _isCorrected, ...day }) => day),
    ...untold.map((day) => ({ ...day, units: null, usedMicros: null })),
  ];
  return {
    account,
    days: all
      .map((day): UsedDay => {
        const { dayMs, usedMicros, explainedMicros } = day;
        const differenceMicros = usedMicros === null ? null : usedMicros - explainedMicros;
        return { date: new Date(dayMs).toISOString().slice(0, 10), ...day, differenceMicros };
      })
      .sort((one, other) => one.dayMs - other.dayMs),
    units: sums.units,
    usedMicros: sums.usedMicros,
    explainedMicros: sums.explainedMicros,
    unexplainedMicros: sums.unexplainedMicros,
    captureRate: sums.captureRate,
    corrections: sums.corrections,
  };
}
