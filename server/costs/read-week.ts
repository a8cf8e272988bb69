import type { Database } from "@/db/client";
import { formatIsoWeek, type IsoWeek, weekSpan } from "@/server/domain/iso-week";
import { type Costs, type CostsQuery, readCosts } from "./read-costs";

export interface WeekCosts extends Costs {
  /** Such as `2026-W47`. */
  week: string;
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
