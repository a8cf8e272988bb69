import { formatRate, UNKNOWN } from "@/components/format";
import { Panel } from "@/components/ui/panel";
import type { Review } from "./review-type";

type Share = { share: number; low: number; high: number } | null | undefined;

/** −5% or 71.3%, with the interval where an input is an estimate. */
function shareWords(share: Share): string {
  if (!share) return UNKNOWN;
  const words = (part: number) => (part < 0 ? `−${formatRate(-part)}` : formatRate(part));
  return share.low === share.high
    ? words(share.share)
    : `${words(share.share)} (${words(share.low)} to ${words(share.high)})`;
}

/** Two percentages, never one: on what was migrated, which the plan speaks of, and on everything. */
export function SavingsPanel({ review, className }: { review: Review; className?: string }) {
  const { savings, plan, planSentence, summary } = review.costs;
  const migratedShare =
    summary.baselineMicros && summary.providers.comfyui.baselineMicros !== null
      ? summary.providers.comfyui.baselineMicros / summary.baselineMicros
      : null;
  return (
    <Panel
      title="Savings"
      note={`striped band: the plan's ${plan.low * 100}–${plan.high * 100}% on migrated images`}
      className={className}
    >
      <div className="flex flex-col gap-4">
        <Scale name="On migrated images" share={savings?.migrated} plan={plan} />
        <Scale
          name="Overall"
          share={savings?.overall}
          plan={null}
          note={`moving alone can save at most the migrated share, ${formatRate(migratedShare)} of the baseline`}
        />
        <p className="m-0 text-body text-ink-1" data-state={plan.verdict === "below" ? "watch" : undefined}>
          {planSentence}
        </p>
      </div>
    </Panel>
  );
}

interface ScaleProps {
  name: string;
  share: Share;
  plan: { low: number; high: number } | null;
  note?: string;
}

function Scale({ name, share, plan, note }: ScaleProps) {
  const low = Math.max(-1, Math.min(0, share?.low ?? 0));
  const percent = (part: number) => ((Math.min(1, Math.max(low, part)) - low) / (1 - low)) * 100;
  return (
    <div className="flex flex-col gap-1">
      <p className="m-0 flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="text-small text-ink-2">{name}</span>
        <span className="text-heading">{shareWords(share)}</span>
      </p>
      <svg aria-hidden="true" width="100%" height="22" className="bar-part">
        <rect x="0" y="9" width="100%" height="4" rx="2" fill="var(--sunken)" />
        {plan ? (
          <rect
            x={`${percent(plan.low)}%`}
            width={`${percent(plan.high) - percent(plan.low)}%`}
            y="3"
            height="16"
            fill="url(#hatched)"
            stroke="var(--ink-3)"
          />
        ) : null}
        <line
          x1={`${percent(0)}%`}
          x2={`${percent(0)}%`}
          y1="2"
          y2="20"
          stroke="var(--edge)"
          strokeWidth={low < 0 ? 1 : 0}
        />
        {share ? (
          <>
            <line
              x1={`${percent(share.low)}%`}
              x2={`${percent(share.high)}%`}
              y1="11"
              y2="11"
              stroke="var(--ink-1)"
              strokeWidth="3"
            />
            <circle cx={`${percent(share.share)}%`} cy="11" r="5" fill="var(--ink-1)" />
          </>
        ) : null}
      </svg>
      {note ? <p className="m-0 text-small text-ink-3">{note}</p> : null}
    </div>
  );
}
