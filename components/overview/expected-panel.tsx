"use client";
import { formatCountFull, formatLatency, formatRate, UNKNOWN } from "@/components/format";
import { Panel } from "@/components/ui/panel";
import { StatusBadge, type StatusState } from "@/components/ui/status";
import type { TotalsAnswer } from "./overview-rows";

type Cell = TotalsAnswer["expected"][number];

const COLUMNS: { key: Cell["column"]; label: string }[] = [
  { key: "scenario", label: "Scenario" },
  { key: "warm", label: "ComfyUI warm" },
  { key: "cold", label: "ComfyUI cold" },
];
const ROWS: { key: Cell["row"]; label: string }[] = [
  { key: "p50", label: "p50 latency" },
  { key: "p95", label: "p95 latency" },
  { key: "p99", label: "p99 latency" },
  { key: "error_rate", label: "Error rate" },
];
const STATES: Record<string, StatusState> = {
  proved_good: "ok",
  proved_bad: "breach",
  not_proved_yet: "unknown",
  no_data: "unknown",
};
const WORDS: Record<string, string> = {
  proved_good: "proved good",
  proved_bad: "proved bad",
  not_proved_yet: "not proved yet",
  no_data: "no data",
};

/** The plan's table of expected performance, each cell beside what was measured. */
export function ExpectedPanel({ totals }: { totals: TotalsAnswer }) {
  const cellOf = (column: Cell["column"], row: Cell["row"]) =>
    totals.expected.find((cell) => cell.column === column && cell.row === row);
  return (
    <Panel
      title="Expected against measured"
      note={`the plan's table; measured over ${totals.population}, errors per attempt`}
    >
      <div className="overflow-x-auto">
        <table className="w-full border-collapse text-small">
          <thead>
            <tr className="text-left text-ink-2">
              <th scope="col" className="py-2 pr-4 font-medium">
                Metric
              </th>
              {COLUMNS.map(({ key, label }) => (
                <th key={key} scope="col" className="py-2 pr-4 font-medium">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ROWS.map((row) => (
              <tr key={row.key} className="border-t border-line align-top">
                <th scope="row" className="py-2.5 pr-4 text-left font-normal text-ink-2">
                  {row.label}
                </th>
                {COLUMNS.map(({ key }) => (
                  <td key={key} className="py-2.5 pr-4">
                    <Measured cell={cellOf(key, row.key)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Measured({ cell }: { cell: Cell | undefined }) {
  if (!cell || cell.verdict === null) return <span className="text-ink-3">not in the plan</span>;
  const { verdict, expected, row } = cell;
  const format = row === "error_rate" ? formatRate : formatLatency;
  const interval = verdict.interval;
  const more =
    verdict.kind === "not_proved_yet" && verdict.more !== null ? ` (about ${formatCountFull(verdict.more)} more)` : "";
  return (
    <div data-state={STATES[verdict.kind]} title={verdict.method ?? undefined}>
      <p className="m-0 flex flex-wrap items-center gap-x-2 text-body text-ink-1">
        <span className="font-medium">{format(verdict.value)}</span>
        <span className="text-small text-ink-2">
          expected {row === "error_rate" ? "< " : ""}
          {format(expected)}
        </span>
        <StatusBadge state={STATES[verdict.kind] ?? "unknown"} />
      </p>
      <p className="m-0 text-ink-3">
        {WORDS[verdict.kind]}
        {more}, n = {formatCountFull(verdict.n)}
        {interval ? `, ${format(interval.low) ?? UNKNOWN} to ${format(interval.high)}` : ""}
      </p>
    </div>
  );
}
