import { z } from "zod";
import { isTimeZone } from "@/server/domain/time-zone";

export const WEEKDAY_WORDS: readonly string[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/**
 * Hours of some weekdays, by a zone's clock. `toHour` is not in them any more; where it is the earlier of the two, it is of
 * the day after, and the whole night belongs to the weekday on which it begins.
 */
export interface KeptHours {
  /** On which they begin; 1 is Monday. */
  weekdays: readonly number[];
  fromHour: number;
  toHour: number;
}

/** Workers that are kept in some hours, and outside of them. */
export interface EndpointSchedule extends KeptHours {
  workers: number;
  otherwise: number;
  timeZone: string;
}

export const endpointScheduleInput = z
  .strictObject({
    weekdays: z.array(z.int().min(1).max(7)).min(1, { error: "must name a weekday at least" }).max(7),
    fromHour: z.int().min(0).max(23),
    toHour: z.int().min(1).max(24),
    workers: z.int().min(0).max(1_000),
    otherwise: z.int().min(0).max(1_000),
    timeZone: z.string().max(60).refine(isTimeZone, { error: "must be a time zone such as Europe/Berlin" }),
  })
  .refine(({ fromHour, toHour }) => fromHour !== toHour, {
    path: ["toHour"],
    error: "must be another hour than it begins with: whole days are 0 to 24",
  })
  .refine(({ workers, otherwise }) => workers !== otherwise, {
    path: ["workers"],
    error: "must differ from what is kept otherwise: the same all day is no schedule",
  });

/** Whether an instant is in these hours, also where the zone's clocks change. */
export function isInHours({ weekdays, fromHour, toHour }: KeptHours, timeZone: string): (atMs: number) => boolean {
  const format = new Intl.DateTimeFormat("en-US", { timeZone, weekday: "short", hour: "2-digit", hourCycle: "h23" });
  return (atMs) => {
    const parts = format.formatToParts(atMs);
    const part = (type: string) => parts.find((entry) => entry.type === type)?.value ?? "";
    const weekday = WEEKDAY_WORDS.indexOf(part("weekday").toLowerCase()) + 1;
    const hour = Number(part("hour"));
    if (!isOverMidnight({ fromHour, toHour })) return weekdays.includes(weekday) && hour >= fromHour && hour < toHour;
    const dayBefore = weekday === 1 ? 7 : weekday - 1;
    return (weekdays.includes(weekday) && hour >= fromHour) || (weekdays.includes(dayBefore) && hour < toHour);
  };
}

function isOverMidnight({ fromHour, toHour }: Pick<KeptHours, "fromHour" | "toHour">): boolean {
  return toHour < fromHour;
}

/** Hours a week, where no clock is changed in it. */
export function keptHoursPerWeek({ weekdays, fromHour, toHour }: KeptHours): number {
  return weekdays.length * (toHour - fromHour + (isOverMidnight({ fromHour, toHour }) ? 24 : 0));
}

export function scheduledWorkers(schedule: EndpointSchedule, atMs: number): number {
  return isInHours(schedule, schedule.timeZone)(atMs) ? schedule.workers : schedule.otherwise;
}

/** Such as "1 worker mon to fri 8–19 h, Europe/Berlin, else 0", or "… mon to fri 22 h to 6 h the day after, …". */
export function scheduleWords({ weekdays, fromHour, toHour, workers, otherwise, timeZone }: EndpointSchedule): string {
  const kept = `${workers} ${workers === 1 ? "worker" : "workers"}`;
  const hours = isOverMidnight({ fromHour, toHour })
    ? `${fromHour} h to ${toHour} h the day after`
    : `${fromHour}–${toHour} h`;
  return `${kept} ${weekdayWords(weekdays)} ${hours}, ${timeZone}, else ${otherwise}`;
}

export function weekdayWords(weekdays: readonly number[]): string {
  const sorted = [...new Set(weekdays)].sort((one, other) => one - other);
  const name = (day: number | undefined) => WEEKDAY_WORDS[(day ?? 1) - 1] ?? "";
  if (sorted.length === 7) return "every day";
  const isRow = sorted.length > 2 && sorted.every((day, index) => day === (sorted[0] ?? 0) + index);
  return isRow ? `${name(sorted[0])} to ${name(sorted.at(-1))}` : sorted.map(name).join(", ");
}
