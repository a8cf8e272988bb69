import { expect, it } from "vitest";
import { endpointScheduleInput, scheduledWorkers, scheduleWords } from "./schedule";

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

it("says in words what it is", () => {
  expect(scheduleWords(schedule)).toBe("2 workers mon to fri 8–19 h, Europe/Berlin, else 0");
  expect(scheduleWords({ ...schedule, weekdays: [1, 3, 7], workers: 1 })).toContain("1 worker mon, wed, sun");
});

it.each([
  ["hours over midnight", { fromHour: 22, toHour: 6 }, "toHour"],
  ["no day", { weekdays: [] }, "weekdays"],
  ["the same all day", { otherwise: 2 }, "workers"],
  ["a zone that is none", { timeZone: "Mars/Base" }, "timeZone"],
])("refuses %s", (_name, change, field) => {
  const parsed = endpointScheduleInput.safeParse({ ...schedule, ...change });
  expect(parsed.error?.issues[0]?.path[0]).toBe(field);
});
