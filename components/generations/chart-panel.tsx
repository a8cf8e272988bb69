"use client";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { linearAxis, logAxis } from "@/components/charts/axis";
import { ChartFigure } from "@/components/charts/chart-figure";
import { CrosshairProvider } from "@/components/charts/crosshair";
import { useZone } from "@/components/charts/use-zone";
import { formatCountFull, formatLatency, UNKNOWN } from "@/components/format";
import { PERCENTILES, type Percentile } from "@/components/overview/overview-rows";
import type { TimeViewState } from "@/components/time/use-time-view";
import type { RouterOutputs } from "@/components/trpc/client";
import { QueryStates } from "@/components/ui/query-states";
import { Segmented } from "@/components/ui/segmented";
import { Skeleton } from "@/components/ui/skeleton";
import { useMedia } from "@/components/ui/use-media";
import { COUNT_SERIES, LATENCY_SERIES, toGenerationRows } from "./chart-rows";
import { totalWords } from "./filter-groups";

const count = (n: number | null) => (n === null ? UNKNOWN : formatCountFull(n));
const COUNT_COLUMNS = [
  { key: "total", label: "All", format: count },
  { key: "failed", label: "Failed", format: count },
];
const LATENCY_COLUMNS = [
  { key: "nScenario", label: "n Scenario", format: count },
  { key: "nWarm", label: "n warm", format: count },
  { key: "nCold", label: "n cold", format: count },
];

type Chart = RouterOutputs["generations"]["chart"];

interface ChartPanelProps {
  query: {
    data: Chart | undefined;
    error: { message: string; data?: unknown } | null;
    isPending: boolean;
    refetch: () => unknown;
  };
  time: TimeViewState;
  /** Shows the rows of one bucket. */
  onOpen: (span: { fromMs: number; toMs: number }) => void;
}

/** The table's rows over time: how many, and how long they took. */
export function ChartPanel({ query, time, onOpen }: ChartPanelProps) {
  return (
    <QueryStates query={query} what="The charts" skeleton={<Skeleton className="h-100" />}>
      {(chart) => (
        <CrosshairProvider>
          <p className="m-0 mb-2 min-h-7 text-small text-ink-2">
            {totalWords(chart)} over time{chart.more ? "; the newest of them are drawn" : ""}
          </p>
          <div className="flex flex-col gap-4 xl:gap-6">
            <Charts chart={chart} time={time} onOpen={onOpen} />
          </div>
        </CrosshairProvider>
      )}
    </QueryStates>
  );
}

function Charts({ chart, time, onOpen }: Omit<ChartPanelProps, "query"> & { chart: Chart }) {
  const [percentile, setPercentile] = useQueryState("p", parseAsStringLiteral(PERCENTILES).withDefault("95"));
  const isNarrow = useMedia("(max-width: 767px)") ?? false;
  const { fromMs, toMs, bucketMs, total } = chart;
  const zone = useZone(time.view.tz, toMs - fromMs);
  const rows = toGenerationRows(chart, percentile, time.nowMs);
  const most = rows.reduce((best, row) => ((row.values.total ?? 0) > (best?.values.total ?? -1) ? row : best), rows[0]);
  const shared = {
    rows,
    fromMs,
    toMs,
    bucketMs,
    ...zone,
    height: isNarrow ? 180 : 220,
    onSelect: time.select,
    onOpen: (startMs: number) => onOpen({ fromMs: startMs, toMs: startMs + bucketMs }),
  };
  return (
    <>
      <ChartFigure
        title="Generations"
        note="by the time they were accepted"
        summary={`${formatCountFull(total)} generations over time${most ? `; the most in a bucket, ${count(most.values.total ?? null)}, from ${zone.timeWords(most.startMs)}` : ""}.`}
        series={COUNT_SERIES}
        columns={COUNT_COLUMNS}
        axis={linearAxis(rows, COUNT_SERIES, { stacked: true })}
        scale="linear"
        stacked
        format={count}
        {...shared}
      />
      <ChartFigure
        title="Latency"
        note={`p${percentile}, acceptance to pictures stored, of those that succeeded`}
        summary={summaryOf(rows, percentile)}
        series={LATENCY_SERIES}
        columns={LATENCY_COLUMNS}
        axis={logAxis(rows, LATENCY_SERIES, [])}
        scale="log"
        format={formatLatency}
        actions={
          <Segmented<Percentile>
            label="Percentile"
            labelHidden
            value={percentile}
            onChange={(next) => void setPercentile(next)}
            options={PERCENTILES.map((value) => ({ value, label: `p${value}` }))}
          />
        }
        {...shared}
      />
    </>
  );
}

function summaryOf(rows: ReturnType<typeof toGenerationRows>, percentile: Percentile): string {
  const parts = LATENCY_SERIES.map(({ key, label }) => {
    const values = rows.flatMap((row) => row.values[key] ?? []);
    if (values.length === 0) return `${label}: nothing measured`;
    return `${label}: ${formatLatency(Math.min(...values))} to ${formatLatency(Math.max(...values))}`;
  });
  return `p${percentile} latency over time. ${parts.join(". ")}.`;
}
