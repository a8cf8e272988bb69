import { expect, it } from "vitest";
import { endpointScheduleInput, keptHoursPerWeek, scheduledWorkers, scheduleWords } from "./schedule";

const schedule = {
  weekdays: [1, 2, 3, 4, 5],
  fromHour: 8,
  toHour: 19,
  workers: 2,
  otherwise: 0,
  timeZone: "Europe/Berlin",
};

it.each<[string, string, number]>([
  ["before it begins", "2026-11-25T06:59:59Z", 0],
  ["in its first moment", "2026-11-25T07:00:00Z", 2],
  ["in its last", "2026-11-25T17:59:59Z", 2],
  ["once it is over", "2026-11-25T18:00:00Z", 0],
  ["on a Saturday", "2026-11-28T10:00:00Z", 0],
  ["in summer, an hour earlier by UTC", "2026-07-01T06:00:00Z", 2],
])("keeps what is set: %s", (_name, at, workers) => {
  expect(scheduledWorkers(schedule, Date.parse(at))).toBe(workers);
});

const night = { ...schedule, weekdays: [5, 7], fromHour: 22, toHour: 6 };
it.each<[string, string, number]>([
  ["on its day before it begins", "2026-11-27T20:59:59Z", 0],
  ["on its day, a Friday", "2026-11-27T21:00:00Z", 2],
  ["the morning after, which is Saturday", "2026-11-28T04:59:59Z", 2],
  ["once that is over", "2026-11-28T05:00:00Z", 0],
  ["not on Saturday's own evening", "2026-11-28T22:00:00Z", 0],
  ["not in Friday's early morning, which is Thursday's night", "2026-11-27T02:00:00Z", 0],
  ["on Monday morning, since Sunday began it", "2026-11-30T04:00:00Z", 2],
  // The clock went forward in the morning of that Sunday.
  ["an hour sooner by UTC in summer", "2027-03-28T20:00:00Z", 2],
  ["and over as much sooner", "2027-03-29T04:00:00Z", 0],
])("keeps a night over midnight %s", (_name, at, workers) => {
  expect(scheduledWorkers(night, Date.parse(at))).toBe(workers);
});

it("keeps every hour of a night in which the clock is changed", () => {
  const HOUR = 3_600_000;
  const saturday = { ...night, weekdays: [6] };
  const keptFrom = (start: string) => {
    const hours = Array.from({ length: 24 }, (_, index) => Date.parse(start) + index * HOUR);
    const kept = hours.filter((at) => scheduledWorkers(saturday, at) === 2);
    expect(kept).toEqual(kept.map((_, index) => (kept[0] ?? 0) + index * HOUR));
    return kept.length;
  };
  expect(keptFrom("2026-11-28T12:00:00Z")).toBe(8);
  expect(keptFrom("2027-03-27T12:00:00Z")).toBe(7);
  expect(keptFrom("2026-10-24T12:00:00Z")).toBe(9);
});

it("has so many hours a week", () => {
  expect([keptHoursPerWeek(schedule), keptHoursPerWeek(night)]).toEqual([55, 16]);
});

it("says in words what it is", () => {
  expect(scheduleWords(schedule)).toBe("2 workers mon to fri 8–19 h, Europe/Berlin, else 0");
  expect(scheduleWords({ ...schedule, weekdays: [1, 3, 7], workers: 1 })).toContain("1 worker mon, wed, sun");
  expect(scheduleWords(night)).toBe("2 workers fri, sun 22 h to 6 h the day after, Europe/Berlin, else 0");
});

it.each([
  ["no hour", { fromHour: 8, toHour: 8 }, "toHour"],
  ["no day", { weekdays: [] }, "weekdays"],
  ["the same all day", { otherwise: 2 }, "workers"],
  ["a zone that is none", { timeZone: "Mars/Base" }, "timeZone"],
])("refuses %s", (_name, change, field) => {
  const parsed = endpointScheduleInput.safeParse({ ...schedule, ...change });
  expect(parsed.error?.issues[0]?.path[0]).toBe(field);
});
