import { StaticFigure } from "@/components/charts/static-figure";
import { formatTotal } from "@/components/format";
import { EmptyState } from "@/components/ui/empty-state";
import { type BridgeBar, bridgeBars } from "./bridge-bars";
import { DataTable } from "./data-table";
import type { Review } from "./review-type";

const signed = ({ kind, micros }: BridgeBar) => (kind === "more" ? `+${formatTotal(micros)}` : formatTotal(micros));

const FILLS: Partial<Record<BridgeBar["key"], string>> = {
  coldStarts: "var(--cold)",
  compute: "var(--provider-comfyui)",
  controlDifference: "var(--provider-scenario)",
};

function fillOf({ key, kind }: BridgeBar): string {
  if (kind === "less") return "url(#hatched)";
  return FILLS[key] ?? (kind === "end" ? "var(--ink-2)" : "var(--ink-3)");
}

/** From what Scenario alone would have cost to what was paid, step by step. */
export function BridgeFigure({ review, className }: { review: Review; className?: string }) {
  const { bridge, summary } = review.costs;
  const bars = bridge === null ? [] : bridgeBars(bridge);
  return (
    <StaticFigure
      title="Bridge"
      note="from Scenario alone to what was paid; hatched: less"
      className={className}
      summary={
        bridge === null
          ? "A price or a measure is missing, so the way from Scenario alone to what was paid is not known."
          : `Scenario alone would have cost ${formatTotal(summary.baselineMicros)}; ${formatTotal(summary.costMicros)} was paid.`
      }
      table={
        <DataTable
          label="Bridge, data"
          head={["Step", "Change", "Then"]}
          rows={bars.map((bar) => [bar.name, signed(bar), formatTotal(bar.afterMicros)])}
        />
      }
    >
      {bridge === null ? (
        <EmptyState>A price or a measure is missing, so the steps are not known.</EmptyState>
      ) : (
        <div className="flex flex-col gap-1.5">
          {bars.map((bar) => (
            <div
              key={bar.key}
              className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 md:grid-cols-[minmax(96px,160px)_minmax(0,1fr)_auto]"
            >
              <span className="truncate text-small text-ink-2">{bar.name}</span>
              <svg width="100%" height="20" className="bar-part max-md:order-3 max-md:col-span-2">
                <title>{`${bar.name} ${signed(bar)}`}</title>
                <rect
                  x={`${bar.leftPercent}%`}
                  width={`${Math.max(bar.widthPercent, 0.4)}%`}
                  y="2"
                  height="16"
                  rx="2"
                  fill={fillOf(bar)}
                  stroke={bar.kind === "less" ? "var(--ink-3)" : "none"}
                  className={bar.key === "compute" ? "fill-comfyui-print" : undefined}
                />
              </svg>
              <span className="min-w-18 text-right text-small text-ink-1">{signed(bar)}</span>
            </div>
          ))}
        </div>
      )}
    </StaticFigure>
  );
}
