import type { ChartRow, ChartSeries } from "@/components/charts/chart-types";
import type { RouterOutputs } from "@/components/trpc/client";

export type SeriesAnswer = RouterOutputs["metrics"]["series"];
export type TotalsAnswer = RouterOutputs["metrics"]["totals"];
export type SeriesPoint = NonNullable<SeriesAnswer["buckets"][number]["scenario"]>;

export const PERCENTILES = ["50", "95", "99"] as const;
export type Percentile = (typeof PERCENTILES)[number];

/** Below this a percentile or a rate says more about chance than about a provider (ux.md §2.3). */
export const ENOUGH = 20;

const PICK = { "50": "msP50", "95": "msP95", "99": "msP99" } as const;

export const LATENCY_SERIES: ChartSeries[] = [
  { key: "scenario", label: "Scenario", look: "scenario", kind: "line" },
  { key: "warm", label: "ComfyUI warm", look: "comfyui", kind: "line" },
  { key: "cold", label: "ComfyUI cold", look: "cold", kind: "line" },
];

/** The time before, of the same length, drawn behind the warm series that it is compared with. */
export const BEFORE_SERIES: ChartSeries = { key: "before", label: "ComfyUI warm, before", look: "ghost", kind: "line" };

/**
 * A percentile per bucket and series, with the n behind each and the band from p50 to p95 of the warm ones. `before`: the
 * time before, bucket for bucket.
 */
export function toLatencyRows({ buckets }: SeriesAnswer, percentile: Percentile, before?: SeriesAnswer): ChartRow[] {
  return buckets.map(({ startMs, isRunning, scenario, comfyui }, index) => ({
    startMs,
    isRunning,
    values: {
      scenario: scenario?.latency[PICK[percentile]] ?? null,
      warm: comfyui?.latencyWarm[PICK[percentile]] ?? null,
      cold: comfyui?.latencyCold[PICK[percentile]] ?? null,
      before: before?.buckets[index]?.comfyui?.latencyWarm[PICK[percentile]] ?? null,
      nScenario: scenario?.latency.n ?? null,
      nWarm: comfyui?.latencyWarm.n ?? null,
      nCold: comfyui?.latencyCold.n ?? null,
      warmP50: comfyui?.latencyWarm.msP50 ?? null,
      warmP95: comfyui?.latencyWarm.msP95 ?? null,
    },
  }));
}

export const COLD_SERIES: ChartSeries[] = [{ key: "share", label: "Cold starts", look: "cold", kind: "bar" }];

export function toColdRows({ buckets }: SeriesAnswer): ChartRow[] {
  return buckets.map(({ startMs, isRunning, comfyui }) => ({
    startMs,
    isRunning,
    values: {
      share: comfyui?.coldShare ?? null,
      cold: comfyui?.cold ?? null,
      known: comfyui?.coldKnown ?? null,
      lostMs: comfyui?.coldStartMs ?? null,
    },
  }));
}

export const SUCCESS_SERIES: ChartSeries[] = [
  { key: "scenario", label: "Scenario", look: "scenario", kind: "line" },
  { key: "comfyui", label: "ComfyUI", look: "comfyui", kind: "line" },
];

export function toSuccessRows({ buckets }: SeriesAnswer): ChartRow[] {
  return buckets.map(({ startMs, isRunning, scenario, comfyui }) => ({
    startMs,
    isRunning,
    values: {
      scenario: scenario?.successRate ?? null,
      comfyui: comfyui?.successRate ?? null,
      nScenario: scenario ? scenario.succeeded + scenario.failed : null,
      nComfyui: comfyui ? comfyui.succeeded + comfyui.failed : null,
    },
  }));
}

export const COST_SERIES: ChartSeries[] = [
  { key: "scenario", label: "Scenario", look: "scenario", kind: "bar" },
  { key: "comfyui", label: "ComfyUI", look: "comfyui", kind: "bar" },
  { key: "saved", label: "Saved", look: "ghost", kind: "bar" },
];

/** Money in micro-USD. A week that cost more than the control alone has nothing to hatch. */
export function toCostRows({ weeks }: RouterOutputs["metrics"]["costByWeek"]): ChartRow[] {
  return weeks.map(({ startMs, isRunning, costMicros, savingsMicros, baselineMicros }) => ({
    startMs,
    isRunning,
    values: {
      scenario: costMicros.scenario,
      comfyui: costMicros.comfyui,
      saved: Math.max(0, savingsMicros),
      baseline: baselineMicros,
      savings: savingsMicros,
    },
  }));
}

export interface FailureRow {
  mode: string;
  /** What callers met with. */
  generations: number;
  /** What happened at the providers: more, where a fallback has made it good. */
  attempts: number;
  lastSeenMs: number;
}

/** Failures by cause, the commonest for callers first. */
export function toFailureRows({ failures, attemptFailures }: SeriesPoint): FailureRow[] {
  const rows = new Map<string, FailureRow>();
  const row = (mode: string) => rows.get(mode) ?? { mode, generations: 0, attempts: 0, lastSeenMs: 0 };
  for (const { mode, n, lastSeenMs } of failures) rows.set(mode, { ...row(mode), generations: n, lastSeenMs });
  for (const { mode, n, lastSeenMs } of attemptFailures)
    rows.set(mode, { ...row(mode), attempts: n, lastSeenMs: Math.max(row(mode).lastSeenMs, lastSeenMs) });
  return [...rows.values()].sort(
    (left, right) => right.generations - left.generations || right.attempts - left.attempts,
  );
}
