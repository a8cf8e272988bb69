import { addDays, DAY_MS, type Day, dateAt, daysFrom } from "./time-zone";

/** Weeks of ISO 8601: Monday to Sunday, the first one of a year is that of its first Thursday. Written `2026-W47`. */
export interface IsoWeek {
  year: number;
  week: number;
}

/** 53 in years that begin on a Thursday, and in leap years that begin on a Wednesday. */
export function weeksInYear(year: number): number {
  const lastDay = (of: number) => (of + Math.floor(of / 4) - Math.floor(of / 100) + Math.floor(of / 400)) % 7;
  return lastDay(year) === 4 || lastDay(year - 1) === 3 ? 53 : 52;
}

/** The week, or what is wrong with the text, fit to follow the field's name. */
export function parseIsoWeek(text: string): IsoWeek | { rule: string } {
  const match = /^(\d{4})-?W(\d{2})$/i.exec(text.trim());
  if (!match) return { rule: "must be a week such as 2026-W47" };
  const [year, week] = [Number(match[1]), Number(match[2])];
  if (year < 2000) return { rule: "must be in the year 2000 or later" };
  const last = weeksInYear(year);
  if (week < 1 || week > last) return { rule: `must be one of ${year}-W01 to ${year}-W${last}: the year has no other` };
  return { year, week };
}

export function formatIsoWeek({ year, week }: IsoWeek): string {
  return `${year}-W${String(week).padStart(2, "0")}`;
}

function mondayOf({ year, week }: IsoWeek): string {
  // 4 January is always in the first week.
  const fourth = new Date(Date.UTC(year, 0, 4));
  const daysAfterMonday = (fourth.getUTCDay() + 6) % 7;
  return addDays(fourth.toISOString().slice(0, 10), 7 * (week - 1) - daysAfterMonday);
}

export function isoWeekOfDate(date: string): IsoWeek {
  const day = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
  // A week belongs to the year of its Thursday.
  const thursday = addDays(date, 3 - day);
  const year = Number(thursday.slice(0, 4));
  const week = Math.floor((Date.parse(`${thursday}T00:00:00Z`) - Date.UTC(year, 0, 1)) / (7 * DAY_MS)) + 1;
  return { year, week };
}

/** The week that it is in `timeZone` at that instant. */
export function isoWeekAt(atMs: number, timeZone: string): IsoWeek {
  return isoWeekOfDate(dateAt(atMs, timeZone));
}

export function addWeeks(week: IsoWeek, count: number): IsoWeek {
  return isoWeekOfDate(addDays(mondayOf(week), 7 * count));
}

export interface WeekSpan {
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  days: Day[];
}

/** Monday's first instant to the next Monday's, as `timeZone` has them: 167 or 169 hours where its clocks change. */
export function weekSpan(week: IsoWeek, timeZone: string): WeekSpan {
  const days = daysFrom(mondayOf(week), 7, timeZone);
  return { fromMs: days[0]?.fromMs ?? 0, toMs: days[6]?.toMs ?? 0, days };
}
