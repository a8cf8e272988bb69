import { z } from "zod";
import { isTimeZone } from "@/server/domain/time-zone";

export const WEEKDAY_WORDS: readonly string[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** Hours of some weekdays, by a zone's clock. `toHour` is not in them any more. */
export interface KeptHours {
  /** 1 is Monday. */
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
  .refine(({ fromHour, toHour }) => fromHour < toHour, {
    path: ["toHour"],
    error:
      "must be later than the hour it begins: hours over midnight are two days' hours, which one schedule cannot hold",
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
    return weekdays.includes(weekday) && hour >= fromHour && hour < toHour;
  };
}

export function scheduledWorkers(schedule: EndpointSchedule, atMs: number): number {
  return isInHours(schedule, schedule.timeZone)(atMs) ? schedule.workers : schedule.otherwise;
}

/** Such as "1 worker mon to fri 8–19 h, Europe/Berlin, else 0". */
export function scheduleWords({ weekdays, fromHour, toHour, workers, otherwise, timeZone }: EndpointSchedule): string {
  const kept = `${workers} ${workers === 1 ? "worker" : "workers"}`;
  return `${kept} ${weekdayWords(weekdays)} ${fromHour}–${toHour} h, ${timeZone}, else ${otherwise}`;
}

export function weekdayWords(weekdays: readonly number[]): string {
  const sorted = [...new Set(weekdays)].sort((one, other) => one - other);
  const name = (day: number | undefined) => WEEKDAY_WORDS[(day ?? 1) - 1] ?? "";
  if (sorted.length === 7) return "every day";
  const isRow = sorted.length > 2 && sorted.every((day, index) => day === (sorted[0] ?? 0) + index);
  return isRow ? `${name(sorted[0])} to ${name(sorted.at(-1))}` : sorted.map(name).join(", ");
}
