/** Calendar days of a time zone. A day has 23 or 25 hours where its clocks change, so instants come from here, not from sums. */

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** No zone was ever further from UTC than this. */
const OFFSET_MAX_MS = 17 * HOUR_MS;

export interface Day {
  /** Such as `2026-11-25`, of the zone. */
  date: string;
  fromMs: number;
  /** Exclusive. */
  toMs: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const fresh = new Intl.DateTimeFormat("en-US-u-ca-iso8601-nu-latn", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  formats.set(timeZone, fresh);
  return fresh;
}

export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** The calendar date that `timeZone` shows at that instant. */
export function dateAt(atMs: number, timeZone: string): string {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(atMs)) parts[type] = value;
  return `${(parts.year ?? "").padStart(4, "0")}-${parts.month}-${parts.day}`;
}

const hourFormats = new Map<string, Intl.DateTimeFormat>();

/** The hour that the zone's clocks show, 0 to 23. */
export function hourAt(atMs: number, timeZone: string): number {
  let format = hourFormats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US-u-nu-latn", { timeZone, hour: "2-digit", hourCycle: "h23" });
    hourFormats.set(timeZone, format);
  }
  return Number(format.format(atMs));
}

/** Dates are counted on UTC's calendar, which has no clock changes. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The first instant of a date: midnight, or the end of the gap where the clocks leap over midnight. */
export function startOfDay(date: string, timeZone: string): number {
  const utcMs = Date.parse(`${date}T00:00:00Z`);
  let beforeMs = utcMs - OFFSET_MAX_MS;
  let insideMs = utcMs + OFFSET_MAX_MS;
  while (insideMs - beforeMs > 1) {
    const middleMs = Math.floor((beforeMs + insideMs) / 2);
    if (dateAt(middleMs, timeZone) < date) beforeMs = middleMs;
    else insideMs = middleMs;
  }
  return insideMs;
}

/** The days from `date` on, each ending where the next begins. */
export function daysFrom(date: string, count: number, timeZone: string): Day[] {
  const starts = Array.from({ length: count + 1 }, (_, index) => startOfDay(addDays(date, index), timeZone));
  return Array.from({ length: count }, (_, index) => ({
    date: addDays(date, index),
    fromMs: starts[index] ?? 0,
    toMs: starts[index + 1] ?? 0,
  }));
}

/** The days that a window touches; the first and the last are cut to it. */
export function daysOfWindow(window: { fromMs: number; toMs: number }, timeZone: string): Day[] {
  const first = dateAt(window.fromMs, timeZone);
  const last = dateAt(window.toMs - 1, timeZone);
  const count = Math.round((Date.parse(`${last}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / DAY_MS) + 1;
  return daysFrom(first, count, timeZone).map((day) => ({
    ...day,
    fromMs: Math.max(day.fromMs, window.fromMs),
    toMs: Math.min(day.toMs, window.toMs),
  }));
}
