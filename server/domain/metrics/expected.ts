import { countBelow, orderStatistic, quantile, type Sketch } from "@/server/domain/sketch/sketch";
import { judgeQuantile } from "@/server/domain/statistics/judge-quantile";
import { judgeRate } from "@/server/domain/statistics/judge-rate";
import { quantileRanks } from "@/server/domain/statistics/quantile-ranks";
import type { TimeSpan, Verdict } from "@/server/domain/statistics/verdict";
import { CANDIDATE, CONTROL, type ProviderId } from "@/server/domain/vocabulary";
import type { Measures } from "./measures";
import { latencyOf } from "./point";

export type ExpectedColumn = "scenario" | "warm" | "cold";
export type ExpectedRow = "p50" | "p95" | "p99" | "error_rate";

export interface ExpectedCell {
  column: ExpectedColumn;
  row: ExpectedRow;
  /** Milliseconds, or a rate from 0 to 1; null where the plan expects nothing. */
  expected: number | null;
  /** Null where the plan expects nothing. */
  verdict: Verdict | null;
}

/** The plan's table "Expected Performance". Its error rate of a cold RunPod is "N/A". */
const PLAN: Record<ExpectedColumn, { p50: number; p95: number; p99: number; errorRate: number | null }> = {
  scenario: { p50: 3_000, p95: 8_000, p99: 15_000, errorRate: 0.01 },
  warm: { p50: 3_000, p95: 6_000, p99: 10_000, errorRate: 0.02 },
  cold: { p50: 45_000, p95: 90_000, p99: 120_000, errorRate: null },
};
const QUANTILES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;
/** By how much of the times a limit may be missed before passing it counts as a false pass. */
const TOLERANCE = { p50: 0.05, p95: 0.02, p99: 0.01 } as const;
const ERROR_TOLERANCE = 0.02;

/** The plan's expectations beside what was measured in the window, each with its n, interval and verdict. */
export function judgeExpected(measures: Record<ProviderId, Measures>, window: TimeSpan): ExpectedCell[] {
  const candidate = measures[CANDIDATE];
  const sketches: Record<ExpectedColumn, { sketch: Sketch; subject: string }> = {
    scenario: { sketch: latencyOf(measures[CONTROL]), subject: "generations on Scenario" },
    warm: { sketch: candidate.sketches.latencyWarm, subject: "warm generations on ComfyUI" },
    cold: { sketch: candidate.sketches.latencyCold, subject: "cold generations on ComfyUI" },
  };
  return (Object.keys(PLAN) as ExpectedColumn[]).flatMap((column) => {
    const { sketch, subject } = sketches[column];
    const times = (["p50", "p95", "p99"] as const).map((row): ExpectedCell => {
      const limitMs = PLAN[column][row];
      const q = QUANTILES[row];
      const ranks = quantileRanks(sketch.n, q);
      const verdict = judgeQuantile({
        quantile: q,
        n: sketch.n,
        under: countBelow(sketch, limitMs),
        limitMs,
        valueMs: rounded(quantile(sketch, q)),
        lowMs: rounded(orderStatistic(sketch, ranks.low)),
        highMs: rounded(orderStatistic(sketch, ranks.high)),
        tolerance: TOLERANCE[row],
        subject,
        window,
      });
      return { column, row, expected: limitMs, verdict };
    });
    return [...times, errorCell(column, measures, window)];
  });
}

function errorCell(column: ExpectedColumn, measures: Record<ProviderId, Measures>, window: TimeSpan): ExpectedCell {
  const expected = PLAN[column].errorRate;
  if (expected === null) return { column, row: "error_rate", expected, verdict: null };
  const { attempts, attemptsFailed } = measures[column === "scenario" ? CONTROL : CANDIDATE].counters;
  const verdict = judgeRate({
    successes: attempts - attemptsFailed,
    failures: attemptsFailed,
    threshold: 1 - expected,
    tolerance: ERROR_TOLERANCE,
    showFailures: true,
    subject: column === "scenario" ? "attempts on Scenario" : "attempts on ComfyUI",
    window,
  });
  return { column, row: "error_rate", expected, verdict };
}

const rounded = (ms: number | null) => (ms === null ? null : Math.round(ms));
