import { describe, expect, it } from "vitest";
import { readWeekOptions } from "./cost";

describe("the week of switchyard cost reconcile", () => {
  it("is the running one of the zone unless one is named", () => {
    const monday = Date.UTC(2026, 10, 23, 3);
    expect(readWeekOptions({}, monday)).toEqual({ week: { year: 2026, week: 48 }, zone: "UTC" });
    expect(readWeekOptions({ zone: "America/Los_Angeles" }, monday).week).toEqual({ year: 2026, week: 47 });
    expect(readWeekOptions({ week: "2026-W53" }, monday).week).toEqual({ year: 2026, week: 53 });
  });

  it.each([
    [{ week: "2026-W54" }, /--week must be one of 2026-W01 to 2026-W53: the year has no other/],
    [{ week: "last" }, /--week must be a week such as 2026-W47/],
    [{ zone: "Mars/Olympus" }, /--zone must be a time zone/],
  ])("is refused in words: %j", (options, rule) => {
    expect(() => readWeekOptions(options, 0)).toThrow(rule);
  });
});
