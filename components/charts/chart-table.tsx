import type { ChartRow, ChartSeries, ValueFormat } from "./chart-types";

interface ChartTableProps {
  title: string;
  rows: readonly ChartRow[];
  series: readonly ChartSeries[];
  columns: readonly { key: string; label: string; format: ValueFormat }[];
  format: ValueFormat;
  timeWords: (atMs: number) => string;
}

/** The same numbers as the drawing, newest first. */
export function ChartTable({ title, rows, series, columns, format, timeWords }: ChartTableProps) {
  return (
    <section
      className="max-h-80 overflow-auto rounded-control border border-line"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
      tabIndex={0}
      aria-label={`${title}, data`}
    >
      <table className="w-full border-collapse text-small">
        <thead className="sticky top-0 bg-surface">
          <tr>
            <th scope="col" className="px-3 py-2 text-left font-medium">
              From
            </th>
            {series.map(({ key, label }) => (
              <th key={key} scope="col" className="px-3 py-2 text-right font-medium">
                {label}
              </th>
            ))}
            {columns.map(({ key, label }) => (
              <th key={key} scope="col" className="px-3 py-2 text-right font-medium">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map((row) => (
            <tr key={row.startMs} className="border-t border-line">
              <th scope="row" className="px-3 py-1.5 text-left font-normal whitespace-nowrap">
                {timeWords(row.startMs)}
                {row.isRunning ? " (running)" : ""}
              </th>
              {series.map(({ key }) => (
                <td key={key} className="px-3 py-1.5 text-right whitespace-nowrap" data-series={key}>
                  {format(row.values[key] ?? null)}
                </td>
              ))}
              {columns.map(({ key, format: own }) => (
                <td key={key} className="px-3 py-1.5 text-right whitespace-nowrap text-ink-2" data-series={key}>
                  {own(row.values[key] ?? null)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
