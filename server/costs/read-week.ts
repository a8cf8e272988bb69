import type { Database } from "@/db/client";
import type { WeekBill } from "@/server/domain/costs/bill";
import type { WeekUsage } from "@/server/domain/costs/usage";
import { formatIsoWeek, type IsoWeek, weekSpan } from "@/server/domain/iso-week";
import { type Costs, type CostsQuery, readCosts } from "./read-costs";

export interface WeekCosts extends Costs {
  /** Such as `2026-W47`. */
  week: string;
  /** Of reviews, but for those that were signed before it was kept with them. */
  bill?: WeekBill;
  /** Of reviews, but for those that were signed before it was kept with them. Null: Scenario has no credentials here. */
  usage?: WeekUsage | null;
}

export async function readWeek(
  db: Database,
  query: Omit<CostsQuery, "name" | "days"> & { week: IsoWeek },
  nowMs: number,
): Promise<WeekCosts> {
  const { week, ...rest } = query;
  const { days } = weekSpan(week, query.timeZone);
  const costs = await readCosts(db, { ...rest, name: `Week ${week.week}`, days }, nowMs);
  return { ...costs, week: formatIsoWeek(week) };
}
