"use client";
import dynamic from "next/dynamic";
import { type KeyboardEvent, type ReactNode, useId, useState } from "react";
import { cn } from "@/components/ui/cn";
import { ChartTable } from "./chart-table";
import type { ChartSeries, ValueFormat } from "./chart-types";
import { useCrosshair } from "./crosshair";
import { SeriesSwatch } from "./series-swatch";
import type { TimeChartProps } from "./time-chart";

// After the first paint: the numbers come first, and the drawing library is the largest part of the page.
const TimeChart = dynamic(() => import("./time-chart"), { ssr: false, loading: () => null });

type Drawn = Omit<TimeChartProps, "focused">;

interface ChartFigureProps extends Drawn {
  title: string;
  /** Whose numbers these are, and of what. */
  note: string;
  /** One sentence that says what the picture shows. */
  summary: string;
  /** Columns of the data table that are no series, such as n. */
  columns?: readonly { key: string; label: string; format: ValueFormat }[];
  /** How times are written in table and readout. */
  timeWords: (atMs: number) => string;
  actions?: ReactNode;
  /** Under the drawing: the list of flags. */
  children?: ReactNode;
  className?: string;
}

/** A time chart with all that makes it more than a picture: name, sentence, legend, table, and the keyboard. */
export function ChartFigure(props: ChartFigureProps) {
  const { title, note, summary, columns = [], timeWords, actions, children, className, ...drawn } = props;
  const { rows, series, format, height, onOpen } = drawn;
  const id = useId();
  const crosshair = useCrosshair();
  const [hidden, setHidden] = useState<readonly string[]>([]);
  const [focused, setFocused] = useState<string | null>(null);
  const [isTable, setIsTable] = useState(false);
  const shown = series.filter(({ key }) => !hidden.includes(key));
  const pointed = rows.find((row) => row.startMs === crosshair.atMs) ?? null;

  function onKeyDown(event: KeyboardEvent) {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const at = rows.findIndex((row) => row.startMs === crosshair.atMs);
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const target =
      step !== undefined
        ? at === -1
          ? rows.length - 1
          : at + step
        : event.key === "Home"
          ? 0
          : event.key === "End"
            ? rows.length - 1
            : null;
    if (target !== null) {
      event.preventDefault();
      crosshair.point(rows[Math.min(rows.length - 1, Math.max(0, target))]?.startMs ?? null);
    } else if (event.key === "Enter" && pointed) onOpen(pointed.startMs);
  }

  return (
    <figure
      aria-labelledby={id}
      className={cn("m-0 flex min-w-0 flex-col rounded-card border border-line bg-surface p-4 md:p-5", className)}
    >
      <div className="mb-2 flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h2 id={id} className="m-0 text-heading">
            {title}
          </h2>
          <p className="m-0 text-small text-ink-2">{note}</p>
        </div>
        {actions}
        {series.length > 1 ? (
          <Legend
            series={series}
            hidden={hidden}
            onFocus={setFocused}
            onToggle={(key) =>
              setHidden((now) => (now.includes(key) ? now.filter((one) => one !== key) : [...now, key]))
            }
          />
        ) : null}
      </div>
      <p className="sr-only">{summary}</p>
      {isTable ? (
        <ChartTable rows={rows} series={series} columns={columns} format={format} timeWords={timeWords} title={title} />
      ) : (
        // biome-ignore lint/a11y/useSemanticElements: a group of points that the arrow keys walk through, not a set of form fields
        <div
          role="group"
          aria-label={`${title}: arrow keys walk the points, Enter opens one`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes the arrow keys
          tabIndex={0}
          onKeyDown={onKeyDown}
          className="relative rounded-control"
          style={{ height }}
        >
          <div aria-hidden="true" className="absolute inset-0 cursor-crosshair">
            <TimeChart {...drawn} series={shown} focused={focused} />
          </div>
        </div>
      )}
      <div className="mt-2 flex flex-wrap items-start justify-between gap-x-4 gap-y-1">
        <p role="status" className="m-0 min-h-4 min-w-0 flex-1 text-small text-ink-2">
          {pointed ? readout(pointed.values, shown, format, timeWords(pointed.startMs)) : null}
        </p>
        <button
          type="button"
          aria-expanded={isTable}
          onClick={() => setIsTable(!isTable)}
          className="min-h-6 border-0 bg-transparent p-0 text-small text-ink-1 underline underline-offset-2 max-md:min-h-11"
        >
          {isTable ? "Show chart" : "Show data table"}
        </button>
      </div>
      {children}
    </figure>
  );
}

function readout(
  values: Readonly<Record<string, number | null>>,
  series: readonly ChartSeries[],
  format: ValueFormat,
  when: string,
): string {
  return `${when}: ${series.map(({ key, label }) => `${label} ${format(values[key] ?? null)}`).join(" · ")}`;
}

interface LegendProps {
  series: readonly ChartSeries[];
  hidden: readonly string[];
  onFocus: (key: string | null) => void;
  onToggle: (key: string) => void;
}

function Legend({ series, hidden, onFocus, onToggle }: LegendProps) {
  return (
    <ul aria-label="Series" className="m-0 flex list-none flex-wrap gap-x-3 gap-y-1 p-0">
      {series.map(({ key, label, look }) => (
        <li key={key}>
          <button
            type="button"
            aria-pressed={!hidden.includes(key)}
            onClick={() => onToggle(key)}
            onMouseEnter={() => onFocus(key)}
            onMouseLeave={() => onFocus(null)}
            onFocus={() => onFocus(key)}
            onBlur={() => onFocus(null)}
            className="inline-flex min-h-6 items-center gap-1.5 rounded-control border-0 bg-transparent px-1 text-small text-ink-2 aria-[pressed=false]:line-through aria-[pressed=false]:opacity-70 max-md:min-h-11"
          >
            <SeriesSwatch look={look} />
            {label}
          </button>
        </li>
      ))}
    </ul>
  );
}
