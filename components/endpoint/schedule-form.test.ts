import { expect, it } from "vitest";
import { formOfSchedule, readScheduleForm, schedulePerWeek } from "./schedule-form";

const schedule = {
  weekdays: [1, 2, 3, 4, 5],
  fromHour: 8,
  toHour: 19,
  workers: 1,
  otherwise: 0,
  timeZone: "Europe/Berlin",
};
const form = formOfSchedule(schedule);

it("reads what was typed, and says in words what is wrong", () => {
  expect(readScheduleForm(form).schedule).toEqual(schedule);
  const wrong = readScheduleForm({ ...form, toHour: "", workers: "one", timeZone: "Mars/Base", weekdays: [] });
  expect(wrong.schedule).toBeNull();
  expect(wrong.problemOf("toHour")).toBe("must be a number");
  expect(wrong.problemOf("timeZone")).toMatch(/must be a time zone/);
  expect(wrong.problemOf("weekdays")).toMatch(/must name a weekday/);
  expect(readScheduleForm({ ...form, fromHour: "19" }).problemOf("toHour")).toMatch(/another hour/);
  expect(readScheduleForm({ ...form, fromHour: "22", toHour: "6" }).schedule).toMatchObject({
    fromHour: 22,
    toHour: 6,
  });
});

it("prices the kept hours of a week, those outside too", () => {
  const price = { low: { micros: 1, per: 1 }, high: { micros: 1_100_000, per: 3_600 }, source: "" };
  expect(schedulePerWeek(schedule, price)).toBe(55 * 1_100_000);
  expect(schedulePerWeek({ ...schedule, workers: 2, otherwise: 1 }, price)).toBe((55 * 2 + 113) * 1_100_000);
  expect(schedulePerWeek({ ...schedule, fromHour: 22, toHour: 6 }, price)).toBe(40 * 1_100_000);
  expect(schedulePerWeek(schedule, null)).toBeNull();
});
