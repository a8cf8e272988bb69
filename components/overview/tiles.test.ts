import { describe, expect, it } from "vitest";
import { NO_MEASURES } from "@/server/domain/metrics/measures";
import { toPoint } from "@/server/domain/metrics/point";
import type { SeriesPoint, TotalsAnswer } from "./overview-rows";
import { type Totals, tilesOf } from "./tiles";

const point = (changes: Partial<SeriesPoint> = {}): SeriesPoint => ({ ...toPoint(NO_MEASURES), ...changes });
type Points = Partial<Record<"all" | "scenario" | "comfyui", Partial<SeriesPoint>>>;

function numbers({ all, scenario, comfyui }: Points): TotalsAnswer["current"] {
  return { fromMs: 0, toMs: 1, all: point(all), scenario: point(scenario), comfyui: point(comfyui) };
}

const totals = (current: Points, previous: Points = {}): Totals => ({
  current: numbers(current),
  previous: numbers(previous),
  coldTrend: { trend: "falling", z: -3, n: 100, hits: 10, method: "" },
});
const tile = (key: string, current: Points, previous?: Points) =>
  tilesOf(totals(current, previous), undefined, true).find((entry) => entry.key === key);
const rate = (succeeded: number, n = 1000) => ({
  all: { succeeded, failed: n - succeeded, successRate: succeeded / n },
});

describe("success rate", () => {
  it.each([
    [985, "ok"],
    [970, "watch"],
    [980, "watch"],
    [950, "watch"],
    [949, "breach"],
  ])("with %d of 1000 is %s", (succeeded, state) => {
    expect(tile("success", rate(succeeded))).toMatchObject({ state, n: 1000 });
  });
  it("says so when there are too few to tell", () => {
    expect(tile("success", rate(12, 12))).toMatchObject({ state: "unknown", value: null, note: "n = 12, too few" });
  });
  it("says in points how it stands against the time before, and in which direction that is good", () => {
    expect(tile("success", rate(985), rate(987))?.change).toBe("−0.2 pp, worse");
    expect(tile("success", rate(985), rate(970))?.change).toBe("+1.5 pp, better");
    expect(tile("success", rate(985), rate(9, 10))?.change).toBeNull();
  });
});

describe("p95 of warm generations", () => {
  const at = (msP95: number, n = 100): Points => ({ comfyui: { latencyWarm: { n, msP50: 1, msP95, msP99: null } } });
  it.each([
    [9_999, "ok"],
    [10_000, "watch"],
    [15_001, "breach"],
  ])("of %d ms is %s", (ms, state) => expect(tile("p95", at(ms))?.state).toBe(state));
  it("is not shown for 19", () => expect(tile("p95", at(5_000, 19))?.value).toBeNull());
  it("is better when it falls", () => expect(tile("p95", at(6_000), at(8_000))?.change).toBe("−25%, better"));
});

describe("cold starts", () => {
  const cold = (share: number): Points => ({ comfyui: { coldShare: share, coldKnown: 100 } });
  it("are watched when there are more than before", () => {
    expect(tile("cold", cold(0.07), cold(0.06))).toMatchObject({ state: "watch", change: "+1.0 pp, worse" });
    expect(tile("cold", cold(0.06), cold(0.06))).toMatchObject({ state: "ok", change: "unchanged" });
  });
  it("carry their trend", () => expect(tile("cold", cold(0.07))?.note).toBe("trend: falling"));
});

describe("money", () => {
  it("watches a candidate that costs more than the control", () => {
    const at = (scenario: number, comfyui: number): Points => ({
      scenario: { costPerSuccessMicros: scenario },
      comfyui: { costPerSuccessMicros: comfyui },
    });
    expect(tile("cost", at(75_000, 4_300))).toMatchObject({ state: "ok", value: "$0.0043" });
    expect(tile("cost", at(1_000, 4_300))?.state).toBe("watch");
  });
  it("calls a loss a breach", () => {
    const loss = { comfyui: { comparable: 3, savingsMicros: -4_100_000, baselineMicros: 1_000_000 } };
    expect(tile("savings", loss)).toMatchObject({ state: "breach", value: "−$4.10" });
  });
  it("claims nothing for what Scenario made, whatever it billed beside its price", () => {
    const own = { all: { comparable: 5, savingsMicros: 9_000, baselineMicros: 375_000 } };
    expect(tile("savings", own)).toMatchObject({ value: null, note: "no image was migrated" });
  });
  it("knows nothing without a priced generation", () => {
    expect(tile("savings", {})).toMatchObject({ state: "unknown", value: null });
  });
});
