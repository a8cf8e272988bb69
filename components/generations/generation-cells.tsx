import type { ReactNode } from "react";
import { formatLatency, formatMoney, formatPixels, shortId } from "@/components/format";
import { ColdMark } from "@/components/ui/cold-mark";
import { ProviderName } from "@/components/ui/provider-mark";
import { StateMark } from "@/components/ui/state-mark";
import { OPERATION_WORDS, SOURCE_WORDS } from "@/components/words";
import type { GenerationSummary } from "@/server/domain/generation-view";
import { LatencyBar } from "./latency-bar";
import { latencySplit } from "./timeline";
import type { ColumnKey } from "./view-options";

interface Cell {
  /** Of the column's head as well: where there is no room for all, the same columns give way. */
  hiddenBelow?: string;
  className?: string;
  title?: (row: GenerationSummary) => string | undefined;
  render: (row: GenerationSummary) => ReactNode;
}

export const CELLS: Record<ColumnKey, Cell> = {
  status: { className: "max-w-44", render: (row) => <StateMark {...row} /> },
  provider: { render: (row) => <ProviderName provider={row.provider} /> },
  temp: { render: (row) => <ColdMark coldClass={row.coldClass} /> },
  mode: {
    hiddenBelow: "max-lg:hidden",
    className: "whitespace-nowrap text-ink-2",
    render: (row) => OPERATION_WORDS[row.operation],
  },
  latency: { render: (row) => <Latency row={row} /> },
  cost: {
    className: "text-right whitespace-nowrap",
    title: (row) => (row.costEstimated ? "Estimated" : undefined),
    render: (row) => formatMoney(row.costMicros),
  },
  size: {
    hiddenBelow: "max-xl:hidden",
    className: "whitespace-nowrap text-ink-2",
    render: (row) => formatPixels(row.width, row.height),
  },
  source: { hiddenBelow: "max-xl:hidden", className: "text-ink-2", render: (row) => SOURCE_WORDS[row.source] },
  id: {
    hiddenBelow: "max-lg:hidden",
    className: "font-mono text-code whitespace-nowrap text-ink-2",
    title: (row) => row.id,
    render: (row) => shortId(row.id),
  },
};

function Latency({ row }: { row: GenerationSummary }) {
  const parts = latencySplit(row);
  return (
    <span className="flex items-center gap-3">
      <span className="w-12 text-right whitespace-nowrap">{formatLatency(row.latencyMs)}</span>
      {parts ? <LatencyBar parts={parts} provider={row.provider} className="w-24 shrink-0 max-lg:hidden" /> : null}
    </span>
  );
}
