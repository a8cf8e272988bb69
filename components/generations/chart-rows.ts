import type { ChartRow, ChartSeries } from "@/components/charts/chart-types";
import type { Percentile } from "@/components/overview/overview-rows";
import type { RouterOutputs } from "@/components/trpc/client";

type GenerationChart = RouterOutputs["generations"]["chart"];

export const COUNT_SERIES: ChartSeries[] = [
  { key: "scenario", label: "Scenario", look: "scenario", kind: "bar" },
  { key: "comfyui", label: "ComfyUI", look: "comfyui", kind: "bar" },
];

const PLACE: Record<Percentile, 0 | 1 | 2> = { "50": 0, "95": 1, "99": 2 };

/** Counts and latency of each bucket. Nothing accepted is a zero; nothing measured is a gap. */
export function toGenerationRows(
  { buckets, bucketMs }: GenerationChart,
  percentile: Percentile,
  nowMs: number,
): ChartRow[] {
  const at = PLACE[percentile];
  return buckets.map(({ startMs, scenario, comfyui, failed, latencyScenario, latencyWarm, latencyCold }) => ({
    startMs,
    isRunning: startMs <= nowMs && nowMs < startMs + bucketMs,
    values: {
      scenario,
      comfyui,
      total: scenario + comfyui,
      failed,
      msScenario: latencyScenario.ms?.[at] ?? null,
      msWarm: latencyWarm.ms?.[at] ?? null,
      msCold: latencyCold.ms?.[at] ?? null,
      nScenario: latencyScenario.n,
      nWarm: latencyWarm.n,
      nCold: latencyCold.n,
    },
  }));
}

export const LATENCY_SERIES: ChartSeries[] = [
  { key: "msScenario", label: "Scenario", look: "scenario", kind: "line" },
  { key: "msWarm", label: "ComfyUI warm", look: "comfyui", kind: "line" },
  { key: "msCold", label: "ComfyUI cold", look: "cold", kind: "line" },
];
