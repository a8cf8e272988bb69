import { z } from "zod";
import { addWeeks, type IsoWeek, isoWeekOfDate } from "./iso-week";
import { addDays, dateAt, hourAt, isTimeZone, startOfDay } from "./time-zone";

/** Where the weekly digest can go. */
export const DIGEST_CHANNELS = ["email", "slack"] as const;
export type DigestChannel = (typeof DIGEST_CHANNELS)[number];

/** `unsure`: whoever sent it got no answer or died. It may have arrived, so it is not sent again by itself. */
export const DELIVERY_STATES = ["waiting", "sending", "sent", "failed", "unsure"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;

/** When a digest goes out, and to whom. */
export interface DigestPlan {
  enabled: boolean;
  /** 1 is Monday, 7 is Sunday. */
  weekday: number;
  hour: number;
  timeZone: string;
  emails: string[];
  slack: boolean;
  /** Warnings of the endpoint and of storage go to the same addresses, at once. */
  warnings: boolean;
}

/** Monday morning, when the week that is over is whole. */
export const DIGEST_DEFAULT: DigestPlan = {
  enabled: false,
  weekday: 1,
  hour: 9,
  timeZone: "UTC",
  emails: [],
  slack: false,
  warnings: true,
};

export const digestPlanInput = z.strictObject({
  enabled: z.boolean(),
  weekday: z.int().min(1).max(7),
  hour: z.int().min(0).max(23),
  timeZone: z.string().max(60).refine(isTimeZone, { error: "must be a time zone such as Europe/Berlin" }),
  emails: z
    .array(
      z
        .string()
        .max(254)
        .regex(/^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;"]+$/, { error: "must be an e-mail address" }),
    )
    .max(50),
  slack: z.boolean(),
  warnings: z.boolean(),
});

export interface DueDigest {
  /** The week that was over when it became due. */
  week: IsoWeek;
  dueAtMs: number;
}

/** The digest that became due last, at the plan's weekday and hour of its zone; it is of the week before that day's. */
export function lastDueDigest(plan: DigestPlan, nowMs: number): DueDigest {
  const today = dateAt(nowMs, plan.timeZone);
  const weekday = ((new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;
  const candidate = addDays(today, -((weekday - plan.weekday + 7) % 7));
  const at = (date: string) => hourOfDay(date, plan.hour, plan.timeZone);
  const date = at(candidate) <= nowMs ? candidate : addDays(candidate, -7);
  return { week: addWeeks(isoWeekOfDate(date), -1), dueAtMs: at(date) };
}

/** The first instant of the day at which its clock shows `hour` or more: 2:00 may not exist. */
function hourOfDay(date: string, hour: number, timeZone: string): number {
  const start = startOfDay(date, timeZone);
  const around = [-1, 0, 1].map((more) => start + Math.max(0, hour + more) * 3_600_000);
  return around.find((atMs) => dateAt(atMs, timeZone) === date && hourAt(atMs, timeZone) >= hour) ?? start;
}

export const TRIES_MAX = 8;

/** How long to wait after a try that failed: a minute, then twice as long each time, at most six hours. */
export function retryAfterMs(tries: number): number {
  return Math.min(6 * 3_600_000, 60_000 * 2 ** Math.max(0, tries - 1));
}
