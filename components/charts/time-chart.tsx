"use client";
import { useState } from "react";
import {
  Area,
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  type MouseHandlerDataParam,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from "recharts";
import { type Axis, timeTicks, timeTickWords } from "./axis";
import {
  type ChartFlag,
  type ChartReference,
  type ChartRow,
  type ChartSeries,
  LOOK_COLOURS,
  LOOK_DASHES,
  LOOK_WIDTHS,
  type SeriesLook,
  type ValueFormat,
} from "./chart-types";
import { useCrosshair } from "./crosshair";

export interface TimeChartProps {
  rows: readonly ChartRow[];
  series: readonly ChartSeries[];
  bucketMs: number;
  fromMs: number;
  toMs: number;
  axis: Axis;
  scale: "log" | "linear";
  stacked?: boolean;
  height: number;
  format: ValueFormat;
  references?: readonly ChartReference[];
  flags?: readonly ChartFlag[];
  /** The series that the legend points at; the others step back. */
  focused: string | null;
  /** Two keys of the rows between which the focused series' band lies. */
  band?: { low: string; high: string; series: ChartSeries } | null;
  timeZone: string | undefined;
  offsetMs: number;
  onSelect: (window: { fromMs: number; toMs: number }) => void;
  onOpen: (startMs: number) => void;
}

const AXIS_TEXT = { fill: "var(--ink-3)", fontSize: 11 };

/** Draws what it is given. Drag selects a time, a press opens what is behind a bucket. */
export default function TimeChart(props: TimeChartProps) {
  const { rows, series, bucketMs, fromMs, toMs, axis, scale, height, format, references = [], flags = [] } = props;
  const crosshair = useCrosshair();
  const [drag, setDrag] = useState<{ fromMs: number; toMs: number } | null>(null);
  const data = rows.map((row) => ({
    middleMs: row.startMs + bucketMs / 2,
    ...row.values,
    band: bandOf(row, props.band ?? null),
  }));
  const bucketAt = ({ activeLabel }: MouseHandlerDataParam): number | null =>
    activeLabel === undefined ? null : Number(activeLabel) - bucketMs / 2;

  function move(state: MouseHandlerDataParam) {
    const startMs = bucketAt(state);
    if (startMs !== crosshair.atMs) crosshair.point(startMs);
    if (drag !== null && startMs !== null) setDrag({ ...drag, toMs: startMs });
  }

  function release() {
    if (drag === null) return;
    setDrag(null);
    const [first, last] = drag.fromMs <= drag.toMs ? [drag.fromMs, drag.toMs] : [drag.toMs, drag.fromMs];
    if (first === last) props.onOpen(first);
    else props.onSelect({ fromMs: first, toMs: last + bucketMs });
  }

  const opacity = (key: string) => (props.focused === null || props.focused === key ? 1 : 0.35);
  const shared = (one: ChartSeries) => ({
    dataKey: one.key,
    isAnimationActive: false,
    opacity: opacity(one.key),
    stroke: LOOK_COLOURS[one.look],
    strokeDasharray: LOOK_DASHES[one.look],
  });

  return (
    <ResponsiveContainer width="100%" height={height} minWidth={0}>
      <ComposedChart
        data={data}
        margin={{ top: flags.length > 0 ? 26 : 10, right: references.length > 0 ? 68 : 8, bottom: 0, left: 0 }}
        accessibilityLayer={false}
        onMouseMove={move}
        onMouseLeave={() => {
          crosshair.point(null);
          setDrag(null);
        }}
        onMouseDown={(state) => {
          const startMs = bucketAt(state);
          if (startMs !== null) setDrag({ fromMs: startMs, toMs: startMs });
        }}
        onMouseUp={release}
        barGap={0}
      >
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="middleMs"
          type="number"
          domain={[fromMs, toMs]}
          allowDataOverflow
          ticks={timeTicks(fromMs, toMs, 6, props.offsetMs)}
          tickFormatter={(atMs: number) => timeTickWords(atMs, toMs - fromMs, props.timeZone)}
          tick={AXIS_TEXT}
          tickLine={false}
          axisLine={{ stroke: "var(--edge)" }}
          minTickGap={24}
        />
        <YAxis
          type="number"
          scale={scale}
          domain={axis.domain}
          ticks={axis.ticks}
          interval={0}
          allowDataOverflow
          tickFormatter={(value: number) => format(value)}
          tick={AXIS_TEXT}
          tickLine={false}
          axisLine={false}
          width={52}
        />
        {props.band ? (
          <Area
            dataKey="band"
            stroke="none"
            fill={LOOK_COLOURS[props.band.series.look]}
            fillOpacity={0.13}
            isAnimationActive={false}
            activeDot={false}
          />
        ) : null}
        {references.map((reference) => (
          <ReferenceLine
            key={reference.label}
            y={reference.value}
            stroke={reference.tone === "alert" ? "var(--breach)" : "var(--ink-3)"}
            strokeDasharray="2 4"
            label={{
              value: reference.label,
              position: "right",
              fontSize: 11,
              fill: reference.tone === "alert" ? "var(--breach-text)" : "var(--ink-2)",
            }}
          />
        ))}
        {flags.map((flag) => (
          <ReferenceLine
            key={flag.atMs}
            x={flag.atMs}
            stroke={flag.isFilled ? "var(--ink-1)" : "var(--ink-3)"}
            strokeDasharray={flag.isFilled ? undefined : "2 3"}
            label={<Flag flag={flag} />}
          />
        ))}
        {crosshair.atMs === null ? null : <ReferenceLine x={crosshair.atMs + bucketMs / 2} stroke="var(--edge)" />}
        {drag !== null && drag.fromMs !== drag.toMs ? (
          <ReferenceArea
            x1={Math.min(drag.fromMs, drag.toMs)}
            x2={Math.max(drag.fromMs, drag.toMs) + bucketMs}
            fill="var(--ink-3)"
            fillOpacity={0.18}
          />
        ) : null}
        {series.map((one) =>
          one.kind === "bar" ? (
            <Bar
              key={one.key}
              {...shared(one)}
              strokeDasharray={undefined}
              stroke={one.look === "ghost" ? "var(--ink-3)" : "none"}
              fill={one.look === "ghost" ? "url(#hatch)" : LOOK_COLOURS[one.look]}
              stackId={props.stacked ? "stack" : undefined}
              maxBarSize={36}
            />
          ) : (
            <Line
              key={one.key}
              {...shared(one)}
              type="linear"
              strokeWidth={LOOK_WIDTHS[one.look]}
              connectNulls={false}
              activeDot={false}
              dot={<LoneDot look={one.look} />}
            />
          ),
        )}
        <defs>
          <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <line x1="0" y1="0" x2="0" y2="6" stroke="var(--ink-3)" strokeWidth="1.5" />
          </pattern>
        </defs>
      </ComposedChart>
    </ResponsiveContainer>
  );
}

function bandOf(row: ChartRow, band: { low: string; high: string } | null): [number, number] | null {
  const [low, high] = band ? [row.values[band.low], row.values[band.high]] : [];
  return low == null || high == null ? null : [low, high];
}

interface Flagged {
  viewBox?: { x?: number; y?: number };
}

/** The flag's number at the top of its line; the list under the chart says what it was. */
function Flag({ flag, viewBox }: { flag: ChartFlag } & Flagged) {
  const x = viewBox?.x ?? 0;
  const width = 10 + flag.label.length * 7;
  return (
    <g transform={`translate(${x - width / 2}, ${(viewBox?.y ?? 26) - 22})`}>
      <rect
        width={width}
        height={18}
        rx={5}
        fill={flag.isFilled ? "var(--ink-1)" : "var(--surface)"}
        stroke={flag.isFilled ? "var(--ink-1)" : "var(--edge)"}
      />
      <text
        x={width / 2}
        y={13}
        textAnchor="middle"
        fontSize={11}
        fontWeight={500}
        fill={flag.isFilled ? "var(--surface)" : "var(--ink-1)"}
      >
        {flag.label}
      </text>
    </g>
  );
}

interface LoneDotProps {
  look: SeriesLook;
  cx?: number;
  cy?: number | null;
  index?: number;
  points?: readonly { y?: number | null }[];
}

/** A mark only where no line can be drawn: a bucket between two gaps would be invisible. */
function LoneDot({ look, cx, cy, index = 0, points = [] }: LoneDotProps) {
  const isLone = points[index - 1]?.y == null && points[index + 1]?.y == null;
  if (!isLone || cx === undefined || cy == null) return null;
  return look === "scenario" ? (
    <rect x={cx - 3} y={cy - 3} width={6} height={6} fill={LOOK_COLOURS[look]} />
  ) : (
    <circle cx={cx} cy={cy} r={3} fill={LOOK_COLOURS[look]} />
  );
}
