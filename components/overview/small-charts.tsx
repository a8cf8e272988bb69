"use client";
import { linearAxis } from "@/components/charts/axis";
import { ChartFigure } from "@/components/charts/chart-figure";
import { formatCountFull, formatDuration, formatRate, formatTotal, UNKNOWN } from "@/components/format";
import type { RouterOutputs } from "@/components/trpc/client";
import {
  COLD_SERIES,
  COST_SERIES,
  type SeriesAnswer,
  SUCCESS_SERIES,
  type TotalsAnswer,
  toColdRows,
  toCostRows,
  toSuccessRows,
} from "./overview-rows";
import type { ChartFrame } from "./use-chart-frame";

const HEIGHT = 150;
const WEEK_MS = 7 * 86_400_000;
const count = (n: number | null) => (n === null ? UNKNOWN : formatCountFull(n));

interface SmallChartProps {
  series: SeriesAnswer;
  frame: ChartFrame;
}

const TREND_WORDS = {
  falling: "falling",
  steady: "steady",
  rising: "rising",
  too_little_data: "too little data for a trend",
};

export function ColdPanel({ series, frame, totals }: SmallChartProps & { totals: TotalsAnswer }) {
  const rows = toColdRows(series);
  const { cold, coldKnown, coldStartMs } = totals.current.comfyui;
  return (
    <ChartFigure
      title="Cold starts"
      note={`share of ComfyUI generations whose start is known; ${TREND_WORDS[totals.coldTrend.trend]}`}
      summary={`${cold} of ${coldKnown} ComfyUI generations waited for a worker to start, ${TREND_WORDS[totals.coldTrend.trend]}; ${formatDuration(coldStartMs)} lost to it.`}
      rows={rows}
      series={COLD_SERIES}
      columns={[
        { key: "cold", label: "Cold", format: count },
        { key: "known", label: "n", format: count },
        { key: "lostMs", label: "Lost", format: (ms) => (ms === null ? UNKNOWN : formatDuration(ms)) },
      ]}
      axis={linearAxis(rows, COLD_SERIES, { most: 1 })}
      scale="linear"
      height={HEIGHT}
      format={formatRate}
      {...frame.axis}
      {...frame.zone}
      onSelect={frame.onSelect}
      onOpen={frame.open("&provider=comfyui&temp=cold")}
    />
  );
}

const SUCCESS_TARGET = 0.98;
const SUCCESS_ALERT = 0.95;

export function SuccessPanel({ series, frame }: SmallChartProps) {
  const rows = toSuccessRows(series);
  const known = rows.flatMap(({ values }) => [values.scenario, values.comfyui]).filter((rate) => rate != null);
  const least = Math.min(SUCCESS_ALERT, ...known);
  const low = Math.max(0, Math.floor((least - 0.01) * 20) / 20);
  return (
    <ChartFigure
      title="Success rate"
      note="per generation, after fallback"
      summary={`Success rate over time; the least in a bucket was ${formatRate(known.length > 0 ? Math.min(...known) : null)}.`}
      rows={rows}
      series={SUCCESS_SERIES}
      columns={[
        { key: "nScenario", label: "n Scenario", format: count },
        { key: "nComfyui", label: "n ComfyUI", format: count },
      ]}
      axis={{ domain: [low, 1], ticks: [low, (low + 1) / 2, 1] }}
      scale="linear"
      height={HEIGHT}
      format={formatRate}
      references={[
        { value: SUCCESS_TARGET, label: "target 98%", tone: "target" },
        { value: SUCCESS_ALERT, label: "alert 95%", tone: "alert" },
      ]}
      {...frame.axis}
      {...frame.zone}
      onSelect={frame.onSelect}
      onOpen={frame.open("&state=failed")}
    />
  );
}

export function CostPanel({ costs, frame }: { costs: RouterOutputs["metrics"]["costByWeek"]; frame: ChartFrame }) {
  const rows = toCostRows(costs);
  const [first, last] = [rows[0]?.startMs ?? 0, rows.at(-1)?.startMs ?? 0];
  const total = (key: string) => rows.reduce((sum, row) => sum + (row.values[key] ?? 0), 0);
  return (
    <ChartFigure
      title="Cost by week"
      note="UTC weeks, est.; hatched: saved against the Scenario-only baseline"
      summary={`${rows.length} weeks cost ${formatTotal(total("scenario") + total("comfyui"))}; saved ${formatTotal(total("savings"))} of a baseline of ${formatTotal(total("baseline"))}.`}
      rows={rows}
      series={COST_SERIES}
      columns={[
        { key: "baseline", label: "Baseline", format: formatTotal },
        { key: "savings", label: "Savings", format: formatTotal },
      ]}
      axis={linearAxis(rows, COST_SERIES, { stacked: true })}
      scale="linear"
      stacked
      height={HEIGHT}
      format={formatTotal}
      fromMs={first}
      toMs={last + WEEK_MS}
      bucketMs={WEEK_MS}
      {...frame.zone}
      onSelect={frame.onSelect}
      onOpen={(startMs) => frame.onSelect({ fromMs: startMs, toMs: startMs + WEEK_MS })}
    />
  );
}
