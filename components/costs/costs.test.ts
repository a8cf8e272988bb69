import { describe, expect, it } from "vitest";
import { bridgeBars } from "./bridge-bars";
import { dayFlags } from "./day-slices";
import { spanWords, weekName, weekProblem } from "./week-view";

const steps = (...changes: number[]) => {
  let afterMicros = changes[0] ?? 0;
  return [
    { key: "baseline" as const, name: "Scenario alone", micros: afterMicros, afterMicros },
    ...changes.slice(1).map((micros) => {
      afterMicros += micros;
      return { key: "compute" as const, name: "Compute", micros, afterMicros };
    }),
    { key: "actual" as const, name: "Actual", micros: afterMicros, afterMicros },
  ];
};

describe("the bridge", () => {
  it("begins each bar where the last one ended, and leaves out what changes nothing", () => {
    const bars = bridgeBars(steps(100, -60, 0, 10));
    expect(bars.map(({ kind, leftPercent, widthPercent }) => [kind, leftPercent, widthPercent])).toEqual([
      ["end", 0, 100],
      ["less", 40, 60],
      ["more", 40, 10],
      ["end", 0, 50],
    ]);
  });

  it("has room for a week that cost more than Scenario alone, and for a correction below nothing", () => {
    expect(bridgeBars(steps(100, 100)).map(({ widthPercent }) => widthPercent)).toEqual([50, 50, 100]);
    const below = bridgeBars(steps(100, -150));
    expect(below[2]).toMatchObject({ kind: "end", micros: -50, leftPercent: 0 });
    expect(below[2]?.widthPercent).toBeCloseTo(100 / 3);
    expect(bridgeBars(steps(0)).every(({ widthPercent }) => widthPercent === 0)).toBe(true);
  });
});

it("knows a week however it is written, and says what is wrong with one that is none", () => {
  expect(weekName("2026-w47")).toBe("2026-W47");
  expect(weekName("next week")).toBeNull();
  expect(weekProblem("2026-W54")).toBe("The week must be one of 2026-W01 to 2026-W53: the year has no other.");
  expect(spanWords("2026-12-28", "2027-01-03")).toBe("28 Dec – 3 Jan 2027");
});

it("flags a day once, with the numbers of its changes", () => {
  const at = (number: number, day: number) => ({ number, day });
  expect(dayFlags([at(1, 0), at(2, 2), at(3, 2), at(4, 2), at(5, -1)])).toEqual([
    { day: 0, label: "1" },
    { day: 2, label: "2–4" },
  ]);
});
