import { describe, expect, it } from "vitest";
import { dateOf, toUsageDays, usageSpans } from "./usage";

const DAY = 86_400_000;
const MONDAY = Date.UTC(2026, 10, 16);
const span = { fromMs: MONDAY, toMs: MONDAY + 3 * DAY };
const at = (day: number, time = "10:00") => `${dateOf(MONDAY + day * DAY)}T${time}:00.000Z`;
const units = (answer: Parameters<typeof toUsageDays>[0]) => toUsageDays(answer, span).map((day) => day.units);

describe("Scenario's usage by day", () => {
  // At most 120 days may be asked for, and one more is asked for than is wanted.
  it("is asked for in spans that Scenario answers, without a gap", () => {
    const spans = usageSpans(MONDAY + 5, MONDAY + 300 * DAY);
    expect(spans.map(({ fromMs, toMs }) => (toMs - fromMs) / DAY)).toEqual([119, 119, 62]);
    expect(spans[0]?.fromMs).toBe(MONDAY);
    expect(spans.slice(1).map(({ fromMs }) => fromMs)).toEqual(spans.slice(0, -1).map(({ toMs }) => toMs));
  });

  it("adds up the series of creative units, finer steps too, and leaves out what was not asked for", () => {
    const points = [
      { time: at(0, "00:00"), value: 10.75 },
      { time: at(0, "23:00"), value: 0.1 },
      { time: at(2), value: 0.2 },
      { time: at(3), value: 99 },
      { time: at(-1), value: 99 },
      { time: null, value: 99 },
    ];
    expect(
      units({
        usages: [
          { usageName: "storage", points: [{ time: at(0), value: 7 }] },
          { usageName: "creative-units", granularity: "hour", points },
        ],
        activity: [],
      }),
    ).toEqual([10.85, 0, 0.2]);
  });

  it("falls back on the single actions where no series is named for units, or its steps are too coarse", () => {
    const activity = [
      { time: at(1), creativeUnitsCost: 21.5 },
      { time: at(1), creativeUnitsCost: null },
      { time: at(2), creativeUnitsCost: 2 },
    ];
    expect(units({ usages: null, activity })).toEqual([0, 21.5, 2]);
    const coarse = { usageName: "CU", granularity: "month", points: [{ time: at(0), value: 500 }] };
    expect(units({ usages: [coarse], activity })).toEqual([0, 21.5, 2]);
  });

  it("is not nothing where nothing is told", () => {
    expect(units({ usages: [{ usageName: "seats", points: [] }], activity: [] })).toEqual([]);
    expect(units({ usages: [{ usageName: "creative-units", points: [] }] })).toEqual([0, 0, 0]);
  });
});
