import { Snowflake } from "lucide-react";
import type { ReactNode } from "react";
import { formatCount, formatMoney, formatRate, formatTotal, UNKNOWN } from "@/components/format";
import { Icon } from "@/components/ui/icon";
import { ProviderName } from "@/components/ui/provider-mark";
import { StatusBadge, type StatusState } from "@/components/ui/status";
import { PROVIDER_IDS } from "@/server/domain/vocabulary";
import type { Review } from "./review-type";
import type { Compared } from "./use-compared";

/** Money that rests on an estimate says so, until a bill settles it. */
export function est(isEstimated: boolean): string {
  return isEstimated ? " est." : "";
}

export function CostTiles({ review, before }: { review: Review; before: Compared | null }) {
  const { summary, savings } = review.costs;
  const { scenario, comfyui } = summary.providers;
  const { bill } = review.costs;
  // Until RunPod's bill is in for every hour with costs, what stands here rests on measures.
  const isEstimated = summary.costMicrosLow !== summary.costMicrosHigh || (bill?.openHours ?? 0) > 0;
  const beforeWords = (micros: number | null) => (before === null ? null : `${before.name} ${formatTotal(micros)}`);
  const unknown = summary.costMicros === null;
  const cold = scenario.coldStarts + comfyui.coldStarts;
  return (
    <ul
      aria-label="Totals"
      className="print-tiles m-0 grid list-none grid-cols-2 gap-3 p-0 md:gap-4 lg:grid-cols-5 xl:gap-6"
    >
      <Tile
        label="Total"
        state={unknown ? "unknown" : "ok"}
        below={<BelowTotal before={beforeWords(before?.earlier.summary.costMicros ?? null)} bill={bill} />}
      >
        <Metric unit={est(isEstimated)}>{formatTotal(summary.costMicros)}</Metric>
      </Tile>
      <Tile label="Cost per image" state={unknown ? "unknown" : "ok"}>
        <span className="flex min-h-8.5 flex-col gap-1 text-body">
          {PROVIDER_IDS.map((provider) => (
            <span key={provider} className="flex flex-wrap justify-between gap-x-2">
              <ProviderName provider={provider} className="text-small text-ink-2" />
              <span>{formatMoney(summary.providers[provider].costPerImageMicros)}</span>
            </span>
          ))}
        </span>
      </Tile>
      <Tile
        label={
          <span className="inline-flex items-center gap-1.5">
            <Icon icon={Snowflake} size={14} />
            Cold starts
          </span>
        }
        state="ok"
        below={`${formatCount(cold)} ${cold === 1 ? "generation" : "generations"} waited for a worker`}
      >
        <Metric>{formatTotal(summary.parts.coldStarts)}</Metric>
      </Tile>
      <Tile
        label="Savings"
        state={savings === null ? "unknown" : savings.micros < 0 ? "breach" : "ok"}
        below={
          savings === null
            ? "a price is missing"
            : savings.micros < 0
              ? `Cost ${formatTotal(-savings.micros)} more than Scenario alone`
              : `${formatRate(savings.overall?.share)} of ${formatTotal(summary.baselineMicros)}`
        }
      >
        <Metric unit={est(isEstimated)}>{savings === null ? UNKNOWN : formatTotal(savings.micros)}</Metric>
      </Tile>
      <Tile label="Standing workers" state="ok" below="kept ready without work">
        <Metric>{formatTotal(summary.parts.standing)}</Metric>
      </Tile>
    </ul>
  );
}

/** What it was the week before, and whether the bill has come for all of the week; on paper its own panel says that. */
function BelowTotal({ before, bill }: { before: string | null; bill: Review["costs"]["bill"] }) {
  return (
    <>
      {before}
      {bill === undefined || billWords(bill) === null ? null : (
        <span className="no-print block">{billWords(bill)}</span>
      )}
    </>
  );
}

function billWords({ openHours, billedHours }: NonNullable<Review["costs"]["bill"]>): string | null {
  if (openHours > 0) return `${openHours} ${openHours === 1 ? "hour waits" : "hours wait"} for RunPod's bill`;
  return billedHours > 0 ? "RunPod's bill is in" : null;
}

function Metric({ children, unit }: { children: ReactNode; unit?: string }) {
  return (
    <span className="min-h-8.5 text-metric">
      <span data-value className="whitespace-nowrap">
        {children}
      </span>
      {unit ? <span className="text-body tracking-normal text-ink-2">{unit}</span> : null}
    </span>
  );
}

interface TileProps {
  label: ReactNode;
  state: StatusState;
  below?: ReactNode;
  children: ReactNode;
}

function Tile({ label, state, below = null, children }: TileProps) {
  return (
    <li
      data-state={state}
      className="flex min-w-0 flex-col gap-1 rounded-card border border-line bg-surface p-4 max-lg:last:col-span-2"
    >
      <span className="flex min-h-6 items-center justify-between gap-2 text-small text-ink-2">
        <span className="min-w-0">{label}</span>
        {state === "ok" ? null : <StatusBadge state={state} />}
      </span>
      {children}
      {below ? <span className="text-small text-ink-3">{below}</span> : null}
    </li>
  );
}
