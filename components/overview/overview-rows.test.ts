import { expect, it } from "vitest";
import { NO_MEASURES } from "@/server/domain/metrics/measures";
import { toPoint } from "@/server/domain/metrics/point";
import {
  type SeriesAnswer,
  type SeriesPoint,
  toColdRows,
  toCostRows,
  toFailureRows,
  toLatencyRows,
  toSuccessRows,
} from "./overview-rows";

const point = (changes: Partial<SeriesPoint>): SeriesPoint => ({ ...toPoint(NO_MEASURES), ...changes });
const times = (n: number, msP95: number) => ({ n, msP50: msP95 / 2, msP95, msP99: msP95 * 2 });
const answer = (...buckets: Partial<SeriesAnswer["buckets"][number]>[]): SeriesAnswer => ({
  fromMs: 0,
  toMs: buckets.length * 60_000,
  bucketMs: 60_000,
  population: "callers' generations",
  open: { scenario: 0, comfyui: 0 },
  behind: 0,
  buckets: buckets.map((bucket, index) => ({
    startMs: index * 60_000,
    isRunning: false,
    scenario: null,
    comfyui: null,
    all: null,
    ...bucket,
  })),
});

it("a bucket without traffic is a gap in every chart, never a zero", () => {
  const empty = answer({});
  for (const rows of [toLatencyRows(empty, "95"), toColdRows(empty), toSuccessRows(empty)])
    expect(Object.values(rows[0]?.values ?? {}).every((value) => value === null)).toBe(true);
});

it("latency shows the chosen percentile, warm and cold apart, and the time before bucket for bucket", () => {
  const warm = (msP95: number) => answer({ comfyui: point({ latencyWarm: times(9, msP95) }) });
  const now = answer({
    scenario: point({ latency: times(40, 8_000) }),
    comfyui: point({ latencyWarm: times(30, 6_000), latencyCold: times(2, 90_000) }),
  });
  const values = (percentile: "50" | "99") => toLatencyRows(now, percentile, warm(7_000))[0]?.values;
  expect(values("50")).toMatchObject({ scenario: 4_000, warm: 3_000, cold: 45_000, before: 3_500, nCold: 2 });
  expect(values("99")).toMatchObject({ scenario: 16_000, before: 14_000 });
});

it("a week that cost more than Scenario alone has nothing saved to hatch, and says by how much", () => {
  const week = { startMs: 0, isRunning: false, images: { scenario: 1, comfyui: 1 } };
  const weeks = [{ ...week, costMicros: { scenario: 9, comfyui: 5 }, baselineMicros: 10, savingsMicros: -4 }];
  expect(toCostRows({ population: "", weeks })[0]?.values).toMatchObject({ saved: 0, savings: -4 });
});

it("a cause that only attempts met with stands after those that callers met with", () => {
  const rows = toFailureRows(
    point({
      failures: [{ mode: "timeout", n: 2, lastSeenMs: 7 }],
      attemptFailures: [
        { mode: "out_of_memory", n: 9, lastSeenMs: 8 },
        { mode: "timeout", n: 3, lastSeenMs: 9 },
      ],
    }),
  );
  expect(rows).toEqual([
    { mode: "timeout", generations: 2, attempts: 3, lastSeenMs: 9 },
    { mode: "out_of_memory", generations: 0, attempts: 9, lastSeenMs: 8 },
  ]);
});
