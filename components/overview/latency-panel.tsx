"use client";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { useState } from "react";
import { linearAxis, logAxis } from "@/components/charts/axis";
import { ChartFigure } from "@/components/charts/chart-figure";
import { mergeFlags } from "@/components/charts/flags";
import { formatCountFull, formatLatency, UNKNOWN } from "@/components/format";
import type { RouterOutputs } from "@/components/trpc/client";
import { Segmented } from "@/components/ui/segmented";
import { useMedia } from "@/components/ui/use-media";
import { AnnotationList } from "./annotation-list";
import {
  BEFORE_SERIES,
  LATENCY_SERIES,
  PERCENTILES,
  type Percentile,
  type SeriesAnswer,
  toLatencyRows,
} from "./overview-rows";
import type { ChartFrame } from "./use-chart-frame";

const TARGET_MS = 10_000;
const ALERT_MS = 15_000;
const count = (n: number | null) => (n === null ? UNKNOWN : formatCountFull(n));
const COLUMNS = [
  { key: "nScenario", label: "n Scenario", format: count },
  { key: "nWarm", label: "n warm", format: count },
  { key: "nCold", label: "n cold", format: count },
];

interface LatencyPanelProps {
  series: SeriesAnswer;
  /** The time before, of the same length; absent where nobody compares. */
  before: SeriesAnswer | undefined;
  /** Somebody compares, also while `before` is on its way: the legend must not grow when it comes. */
  compares: boolean;
  annotations: RouterOutputs["metrics"]["annotations"];
  frame: ChartFrame;
}

/** Warm and cold differ tenfold, so the axis is logarithmic; the flags say what was changed when. */
export function LatencyPanel({ series, before, compares, annotations, frame }: LatencyPanelProps) {
  const [percentile, setPercentile] = useQueryState("p", parseAsStringLiteral(PERCENTILES).withDefault("95"));
  const [scale, setScale] = useState<"log" | "linear">("log");
  const isNarrow = useMedia("(max-width: 767px)") ?? false;
  const rows = toLatencyRows(series, percentile, before);
  const shown = compares ? [...LATENCY_SERIES, BEFORE_SERIES] : LATENCY_SERIES;
  const always = percentile === "95" ? [TARGET_MS, ALERT_MS] : [];
  const references =
    percentile === "95"
      ? [
          { value: TARGET_MS, label: "target 10 s", tone: "target" as const },
          { value: ALERT_MS, label: "alert 15 s", tone: "alert" as const },
        ]
      : [];
  const numbered = annotations.listed.map((annotation, index) => ({
    ...annotation,
    number: index + 1,
    isFilled: annotation.kind === "rollback",
  }));
  return (
    <ChartFigure
      title="Latency"
      note={`p${percentile}, acceptance to pictures stored, of ${series.population} that succeeded`}
      summary={summaryOf(rows, percentile)}
      rows={rows}
      series={shown}
      columns={COLUMNS}
      axis={scale === "log" ? logAxis(rows, shown, always) : linearAxis(rows, shown, { always })}
      scale={scale}
      height={isNarrow ? 220 : 300}
      format={formatLatency}
      references={references}
      flags={mergeFlags(numbered, { fromMs: frame.axis.fromMs, toMs: frame.axis.toMs, widthPx: isNarrow ? 240 : 620 })}
      band={percentile === "95" ? BAND : null}
      {...frame.axis}
      {...frame.zone}
      onSelect={frame.onSelect}
      onOpen={frame.open("&state=succeeded")}
      actions={
        <div className="flex flex-wrap gap-2">
          <Segmented<Percentile>
            label="Percentile"
            labelHidden
            value={percentile}
            onChange={(next) => void setPercentile(next)}
            options={PERCENTILES.map((value) => ({ value, label: `p${value}` }))}
          />
          <Segmented<"log" | "linear">
            label="Axis"
            labelHidden
            value={scale}
            onChange={setScale}
            options={[
              { value: "log", label: "Log" },
              { value: "linear", label: "Linear" },
            ]}
          />
        </div>
      }
    >
      <AnnotationList annotations={numbered} omitted={annotations.omitted} timeWords={frame.zone.timeWords} />
    </ChartFigure>
  );
}

const WARM = { key: "warm", label: "ComfyUI warm", look: "comfyui", kind: "line" } as const;
const BAND = { low: "warmP50", high: "warmP95", series: WARM };

function summaryOf(rows: ReturnType<typeof toLatencyRows>, percentile: Percentile): string {
  const parts = LATENCY_SERIES.map(({ key, label }) => {
    const values = rows.flatMap((row) => row.values[key] ?? []);
    if (values.length === 0) return `${label}: nothing measured`;
    return `${label}: ${formatLatency(Math.min(...values))} to ${formatLatency(Math.max(...values))}, last ${formatLatency(values.at(-1))}`;
  });
  return `p${percentile} latency over time. ${parts.join(". ")}.`;
}
