import type { DatabaseOrTransaction } from "@/db/client";
import { controlLinesByDay, newestUsage } from "@/db/queries/usage";
import { costOf, type Micros } from "@/server/domain/money";
import { pickPrice } from "@/server/domain/pricing";
import { DAY_MS } from "@/server/domain/time-zone";
import { CONTROL } from "@/server/domain/vocabulary";
import { readPrices } from "@/server/prices/price-book";
import type { SharedControl } from "./shared-control";

interface ToldDay {
  dayMs: number;
  units: number;
  /** At that day's price of a unit; null: there is none. */
  usedMicros: Micros | null;
  explainedMicros: Micros;
  /** It was told otherwise before. */
  isCorrected: boolean;
}

export interface ControlUsage {
  account: string;
  /** Environments whose jobs explain it. */
  environments: string[];
  /** UTC days that Scenario has told. */
  days: ToldDay[];
  /** The others of the span: what was used is unknown. */
  untold: { dayMs: number; explainedMicros: Micros }[];
  units: number;
  /** Null where a price is missing on one of the days. */
  usedMicros: Micros | null;
  explainedMicros: Micros;
  unexplainedMicros: Micros | null;
  corrections: number;
  /** Explained ÷ used; null without use, or without a price. */
  captureRate: number | null;
}

/** What Scenario says was used beside what the ledger's jobs come to, by UTC day. Whole days: those that begin in the span. */
export async function readUsage(
  db: DatabaseOrTransaction,
  { account, environments, keeper }: SharedControl,
  span: { fromMs: number; toMs: number },
): Promise<ControlUsage> {
  const whole = { fromMs: Math.ceil(span.fromMs / DAY_MS) * DAY_MS, toMs: Math.ceil(span.toMs / DAY_MS) * DAY_MS };
  const told = await newestUsage(db, { environment: keeper, account, ...whole });
  const explained = await controlLinesByDay(db, { environments, ...whole });
  const prices = await readPrices(db);
  const days = told.map(({ dayMs, units, version }): ToldDay => {
    const query = { provider: CONTROL, unit: "creative_unit", item: "*", operation: null, atMs: dayMs } as const;
    const price = pickPrice(prices, query);
    const usedMicros = price === null ? null : costOf(units, price.price);
    return { dayMs, units, usedMicros, explainedMicros: explained.get(dayMs) ?? 0, isCorrected: version > 1 };
  });
  const untold: ControlUsage["untold"] = [];
  for (let dayMs = whole.fromMs; dayMs < whole.toMs; dayMs += DAY_MS)
    if (!told.some((day) => day.dayMs === dayMs)) untold.push({ dayMs, explainedMicros: explained.get(dayMs) ?? 0 });
  const explainedMicros = days.reduce((sum, day) => sum + day.explainedMicros, 0);
  const usedMicros = days.some((day) => day.usedMicros === null)
    ? null
    : days.reduce((sum, day) => sum + (day.usedMicros ?? 0), 0);
  return {
    account,
    environments,
    days,
    untold,
    units: Math.round(days.reduce((sum, { units }) => sum + units, 0) * 1_000) / 1_000,
    usedMicros,
    explainedMicros,
    unexplainedMicros: usedMicros === null ? null : usedMicros - explainedMicros,
    corrections: days.filter(({ isCorrected }) => isCorrected).length,
    captureRate: usedMicros === null || usedMicros === 0 ? null : explainedMicros / usedMicros,
  };
}
