import type { JsonObject } from "../http";
import type { LedgerEntry } from "../ledger";

const DAY_MS = 86_400_000;
const DAYS_MAX = 120;
/** The list of actions is cut: the newest are shown. */
const ACTIONS_MAX = 100;

/** `GET /usages`: creative units by UTC day of when jobs ended. Dates are whole days; one left out sets no bound. */
export function usageAnswer(
  all: readonly LedgerEntry[],
  range: { from: string | null; to: string | null },
): { status: number; body: JsonObject } {
  const from = Date.parse(range.from ?? "");
  const to = Date.parse(range.to ?? "") + DAY_MS;
  if (to - from > (DAYS_MAX + 1) * DAY_MS)
    return { status: 400, body: { reason: `The range must be at most ${DAYS_MAX} days` } };
  const entries = all.flatMap((entry) => {
    const at = entry.provider === "scenario" ? entry.finishedAt : null;
    return at === null || at < from || at >= to ? [] : [{ ...entry, at }];
  });
  const byDay = new Map<string, number>();
  for (const { at, creativeUnits } of entries) {
    const day = `${new Date(at).toISOString().slice(0, 10)}T00:00:00.000Z`;
    byDay.set(day, (byDay.get(day) ?? 0) + (creativeUnits ?? 0));
  }
  const total = [...byDay.values()].reduce((sum, value) => sum + value, 0);
  const points = [...byDay].map(([time, value]) => ({ time, value }));
  const body = {
    usages: [{ usageName: "creative-units", granularity: "day", points }],
    consumption: [{ userId: "key_sandbox", value: total }],
    activity: entries.slice(-ACTIONS_MAX).map((entry) => ({
      time: new Date(entry.at).toISOString(),
      action: entry.operation,
      creativeUnitsCost: entry.creativeUnits ?? 0,
      projectId: "proj_sandbox",
      userId: "key_sandbox",
      data: { jobId: entry.jobId },
    })),
  };
  return { status: 200, body };
}
