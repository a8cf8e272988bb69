import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addWeeks, formatIsoWeek, isoWeekAt, isoWeekOfDate, parseIsoWeek, weekSpan, weeksInYear } from "./iso-week";
import { dateAt, daysOfWindow, isTimeZone, startOfDay } from "./time-zone";

const HOUR = 3_600_000;
const ZONES = [
  "UTC",
  "America/Los_Angeles",
  "Europe/Berlin",
  "Asia/Kathmandu",
  "Pacific/Kiritimati",
  "Pacific/Pago_Pago",
];

function span(text: string, timeZone: string) {
  const week = parseIsoWeek(text);
  if ("rule" in week) throw new Error(week.rule);
  return weekSpan(week, timeZone);
}

describe("ISO weeks", () => {
  it.each([
    ["2026-12-31", "2026-W53"],
    ["2027-01-03", "2026-W53"],
    ["2027-01-04", "2027-W01"],
    ["2025-12-29", "2026-W01"],
    ["2024-12-30", "2025-W01"],
    ["2020-12-31", "2020-W53"],
    ["2026-11-22", "2026-W47"],
  ])("know the week of %s: %s", (date, week) => {
    expect(formatIsoWeek(isoWeekOfDate(date))).toBe(week);
  });

  it("refuse weeks that do not exist, by name", () => {
    expect(parseIsoWeek("2026-W53")).toEqual({ year: 2026, week: 53 });
    expect(parseIsoWeek("2026-W54")).toEqual({
      rule: "must be one of 2026-W01 to 2026-W53: the year has no other",
    });
    expect(parseIsoWeek("2027-W53")).toMatchObject({ rule: expect.stringContaining("2027-W52") });
    for (const text of ["2026-W00", "2026-47", "week 47", "2026-W7", ""])
      expect(parseIsoWeek(text)).toHaveProperty("rule");
    expect([2015, 2020, 2026, 2032].map(weeksInYear)).toEqual([53, 53, 53, 53]);
    expect([2024, 2025, 2027].map(weeksInYear)).toEqual([52, 52, 52]);
  });

  it("have 167, 169 or 168 hours, as the zone's clocks go", () => {
    const hours = (text: string, zone: string) => {
      const { fromMs, toMs } = span(text, zone);
      return (toMs - fromMs) / HOUR;
    };
    expect(hours("2026-W13", "Europe/Berlin")).toBe(167);
    expect(hours("2026-W43", "Europe/Berlin")).toBe(169);
    expect(hours("2026-W10", "America/Los_Angeles")).toBe(167);
    expect(hours("2026-W44", "America/Los_Angeles")).toBe(169);
    expect(hours("2026-W44", "UTC")).toBe(168);
    expect(span("2026-W47", "America/Los_Angeles").fromMs).toBe(Date.UTC(2026, 10, 16, 8));
  });

  // Cairo's clocks leap from 0:00 to 1:00, so that Friday begins at one o'clock; Samoa had no 30 December 2011 at all.
  it("begin a day where it begins, with or without a midnight", () => {
    expect(startOfDay("2026-04-24", "Africa/Cairo")).toBe(Date.UTC(2026, 3, 23, 22));
    expect(dateAt(Date.UTC(2026, 3, 23, 22) - 1, "Africa/Cairo")).toBe("2026-04-23");
    const week = span("2011-W52", "Pacific/Apia");
    expect(week.days.map(({ fromMs, toMs }) => (toMs - fromMs) / HOUR)).toEqual([24, 24, 24, 24, 0, 24, 24]);
  });

  it("follow one another without gap or overlap, in every zone", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2001, 0, 1), max: Date.UTC(2060, 0, 1) }),
        fc.constantFrom(...ZONES),
        (atMs, zone) => {
          const week = isoWeekAt(atMs, zone);
          const { fromMs, toMs, days } = weekSpan(week, zone);
          expect(atMs).toBeGreaterThanOrEqual(fromMs);
          expect(atMs).toBeLessThan(toMs);
          expect(weekSpan(addWeeks(week, 1), zone).fromMs).toBe(toMs);
          for (const [index, day] of days.entries()) {
            expect(day.toMs).toBe(days[index + 1]?.fromMs ?? toMs);
            expect(dateAt(day.fromMs, zone)).toBe(day.date);
          }
          expect(parseIsoWeek(formatIsoWeek(week))).toEqual(week);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("cut a window into the days it touches", () => {
    const fromMs = Date.UTC(2026, 10, 20, 15);
    const days = daysOfWindow({ fromMs, toMs: fromMs + 30 * HOUR }, "UTC");
    expect(days.map(({ date, ...day }) => [date, (day.toMs - day.fromMs) / HOUR])).toEqual([
      ["2026-11-20", 9],
      ["2026-11-21", 21],
    ]);
    expect(isTimeZone("Mars/Olympus")).toBe(false);
  });
});
