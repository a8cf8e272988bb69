"use client";
import { linearAxis } from "@/components/charts/axis";
import { SeriesSwatch } from "@/components/charts/series-swatch";
import { StaticFigure } from "@/components/charts/static-figure";
import { formatTotal } from "@/components/format";
import { DataTable } from "./data-table";
import { dayFlags, daySlices, SLICE_NAMES, SLICES } from "./day-slices";
import type { Review } from "./review-type";
import { useWeekChanges } from "./use-week-changes";
import { dayWords } from "./week-view";

const HEIGHT = 180;
const FILLS = { scenario: "var(--provider-scenario)", comfyui: "var(--provider-comfyui)", cold: "var(--cold)" };
const PRINT = { scenario: "fill-scenario-print", comfyui: "fill-comfyui-print", cold: undefined };

/** What each day cost, by who was paid for what; the dotted mark is what Scenario alone would have cost. */
export function DayFigure({ review, className }: { review: Review; className?: string }) {
  const days = review.costs.days.map(daySlices);
  const flags = dayFlags(useWeekChanges(review).changes);
  const tops = days.map((day) => Math.max(day.knownMicros, day.baselineMicros ?? 0));
  const axis = linearAxis(
    tops.map((micros, index) => ({ startMs: index, values: { micros } })),
    [{ key: "micros", label: "", look: "ink", kind: "bar" }],
  );
  const [, top] = axis.domain;
  const y = (micros: number) => HEIGHT - (micros / top) * HEIGHT;
  return (
    <StaticFigure
      title="By day"
      note="dotted: Scenario alone"
      className={className}
      summary={`Cost of each day; the most was ${formatTotal(Math.max(0, ...days.map((day) => day.knownMicros)))}.`}
      legend={
        <ul aria-label="Series" className="m-0 flex list-none flex-wrap gap-x-3 gap-y-1 p-0">
          {SLICES.map((slice) => (
            <li key={slice} className="inline-flex items-center gap-1.5 text-small text-ink-2">
              <SeriesSwatch look={slice} />
              {SLICE_NAMES[slice]}
            </li>
          ))}
        </ul>
      }
      table={
        <DataTable
          label="By day, data"
          head={["Day", ...SLICES.map((slice) => SLICE_NAMES[slice]), "Total", "Scenario alone"]}
          rows={days.map((day) => [
            `${day.date}${day.isRunning ? " (running)" : ""}`,
            ...SLICES.map((slice) => formatTotal(day.slices[slice])),
            formatTotal(day.costMicros),
            formatTotal(day.baselineMicros),
          ])}
        />
      }
    >
      <div className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2">
        {flags.length === 0 ? null : (
          <ol aria-label="Changes by day" className="relative col-start-2 m-0 h-5 list-none p-0">
            {flags.map(({ day, label }) => (
              <li
                key={day}
                title={`Changes ${label}, listed below`}
                className="absolute -translate-x-1/2 rounded-[2px] border border-edge bg-surface px-1 text-axis text-ink-1"
                style={{ left: `${((day + 0.5) / days.length) * 100}%` }}
              >
                {label}
              </li>
            ))}
          </ol>
        )}
        <div className="relative text-axis text-ink-3" style={{ height: HEIGHT, minWidth: 44 }}>
          {axis.ticks.map((tick) => (
            <span key={tick} className="absolute right-0 -translate-y-1/2" style={{ top: y(tick) }}>
              {formatTotal(tick)}
            </span>
          ))}
        </div>
        <svg width="100%" height={HEIGHT} className="bar-part overflow-visible">
          <title>Cost by day</title>
          {axis.ticks.map((tick) => (
            <line key={tick} x1="0" x2="100%" y1={y(tick)} y2={y(tick)} stroke="var(--line)" />
          ))}
          {days.map((day, index) => {
            const left = (index / days.length) * 100;
            let base = 0;
            return (
              <g key={day.date}>
                {SLICES.map((slice) => {
                  const micros = Math.max(0, day.slices[slice]);
                  base += micros;
                  return micros === 0 ? null : (
                    <rect
                      key={slice}
                      x={`${left + 2.5}%`}
                      width={`${100 / days.length - 5}%`}
                      y={y(base)}
                      height={Math.max(0, y(base - micros) - y(base))}
                      fill={FILLS[slice]}
                      className={PRINT[slice]}
                    />
                  );
                })}
                {day.baselineMicros ? (
                  <line
                    x1={`${left + 1}%`}
                    x2={`${left + 100 / days.length - 1}%`}
                    y1={y(day.baselineMicros)}
                    y2={y(day.baselineMicros)}
                    stroke="var(--ink-3)"
                    strokeWidth="1.5"
                    strokeDasharray="2 3"
                  />
                ) : null}
                {flags.some((flag) => flag.day === index) ? (
                  <line
                    x1={`${left + 50 / days.length}%`}
                    x2={`${left + 50 / days.length}%`}
                    y1="-2"
                    y2={HEIGHT}
                    stroke="var(--ink-3)"
                    strokeDasharray="2 3"
                  />
                ) : null}
              </g>
            );
          })}
        </svg>
        <span />
        <div className="grid grid-cols-7 pt-1 text-center text-axis text-ink-3">
          {days.map((day) => (
            <span key={day.date}>{dayWords(day.date)}</span>
          ))}
        </div>
      </div>
    </StaticFigure>
  );
}
