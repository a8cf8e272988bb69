import { formatTotalMicros, type Micros } from "@/server/domain/money";

/** A UTC day of Scenario's account. Null is unknown, such as a day that Scenario has not told. */
export interface UsedDay {
  date: string;
  dayMs: number;
  units: number | null;
  /** At that day's price of a unit; null also where there is none. */
  usedMicros: Micros | null;
  /** What our ledger has for the jobs of that day. */
  explainedMicros: Micros;
  differenceMicros: Micros | null;
}

/** How far a week's costs agree with Scenario's usage of the account, with all environments that share it. */
export interface WeekUsage {
  account: string;
  /** The seven UTC days that begin in the week. */
  days: UsedDay[];
  /** The rest is of the days that are told. */
  units: number;
  usedMicros: Micros | null;
  explainedMicros: Micros;
  unexplainedMicros: Micros | null;
  /** Explained ÷ used; null without use, or without a price. */
  captureRate: number | null;
  /** Days that were told otherwise before. */
  corrections: number;
}

const days = (n: number) => `${n} UTC ${n === 1 ? "day" : "days"}`;

/** Nothing is told, and nothing of ours is waiting for it. */
export function isEmptyUsage({ days: all }: Pick<WeekUsage, "days">): boolean {
  return all.every(({ units, explainedMicros }) => units === null && explainedMicros === 0);
}

/** Null: nothing was used, and nothing is told. */
export function usageSentence(usage: WeekUsage): string | null {
  if (isEmptyUsage(usage)) return null;
  const told = usage.days.filter(({ units }) => units !== null).length;
  if (told === 0) return "Scenario has not told what was used of its account on these days.";
  const untold = usage.days.length - told;
  const rest = untold === 0 ? "" : ` ${days(untold)} ${untold === 1 ? "is" : "are"} not told and unknown.`;
  const units = usage.units.toLocaleString("en-US");
  const { usedMicros, explainedMicros, unexplainedMicros, captureRate } = usage;
  if (usedMicros === null || unexplainedMicros === null)
    return `Scenario's account used ${units} creative units in ${days(told)}, of unknown cost: no price of a unit; the ledger has ${formatTotalMicros(explainedMicros)}.${rest}`;
  const rate = captureRate === null ? "" : `, capture rate ${(captureRate * 100).toFixed(2)}%`;
  return `Scenario's account used ${units} creative units in ${days(told)}, ${formatTotalMicros(usedMicros)}: the ledger has ${formatTotalMicros(explainedMicros)}${rate}, difference ${formatTotalMicros(unexplainedMicros)}.${rest}`;
}
