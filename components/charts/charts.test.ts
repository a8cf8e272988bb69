import { describe, expect, it } from "vitest";
import { linearAxis, logAxis, timeTicks } from "./axis";
import type { ChartSeries } from "./chart-types";
import { mergeFlags } from "./flags";

const series: ChartSeries[] = [
  { key: "a", label: "A", look: "scenario", kind: "line" },
  { key: "b", label: "B", look: "comfyui", kind: "line" },
];
const rows = (...values: [number | null, number | null][]) =>
  values.map(([a, b], index) => ({ startMs: index * 60_000, values: { a, b } }));

describe("axes", () => {
  it("draw latency from 1 s to 20 s at least, in steps of 1 2 5, and wider where the data or a target is", () => {
    expect(logAxis(rows([2_000, null]), series, []).ticks).toEqual([1_000, 2_000, 5_000, 10_000, 20_000]);
    expect(logAxis(rows([300, 95_000]), series, [15_000]).domain).toEqual([200, 100_000]);
  });

  it("draw from zero to a round number, of sums where bars stand on each other", () => {
    expect(linearAxis(rows([3, 8]), series).ticks).toEqual([0, 2, 4, 6, 8]);
    expect(linearAxis(rows([3, 8]), series, { stacked: true }).domain).toEqual([0, 15]);
    expect(linearAxis(rows([null, null]), series).domain).toEqual([0, 1]);
    expect(linearAxis(rows([0.97, 1]), series, { most: 1 }).domain).toEqual([0, 1]);
  });

  it("put ticks at round times of the reader's zone", () => {
    const from = Date.UTC(2026, 10, 25, 7, 10);
    const india = 5.5 * 3_600_000;
    expect(timeTicks(from, from + 6 * 3_600_000, 6, india)[0]).toBe(Date.UTC(2026, 10, 25, 7, 30));
  });
});

describe("flags", () => {
  it("stand apart, or become one with the numbers of all", () => {
    const at = (...minutes: number[]) =>
      minutes.map((minute, index) => ({ number: index + 1, atMs: minute * 60_000, isFilled: index === 2 }));
    const plot = { fromMs: 0, toMs: 600 * 60_000, widthPx: 600 };
    expect(mergeFlags(at(10, 100, 110, 130, 400), plot)).toEqual([
      { atMs: 600_000, label: "1", isFilled: false },
      { atMs: 6_000_000, label: "2–4", isFilled: true },
      { atMs: 24_000_000, label: "5", isFilled: false },
    ]);
    expect(mergeFlags([], plot)).toEqual([]);
  });
});
