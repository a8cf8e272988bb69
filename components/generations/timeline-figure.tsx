"use client";
import { formatLatency, formatPart } from "@/components/format";
import { cn } from "@/components/ui/cn";
import { LocalTime } from "@/components/ui/local-time";
import { ProviderName } from "@/components/ui/provider-mark";
import { ATTEMPT_REASON_WORDS, ATTEMPT_STATE_WORDS } from "@/components/words";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { partClass } from "./part-colour";
import { PART_WORDS, type Timeline, type TimelineLane, type TimelinePart } from "./timeline";

/** The generation's time to scale: one lane per attempt over one axis from acceptance to the end. */
export function TimelineFigure({ timeline }: { timeline: Timeline }) {
  const spanMs = Math.max(1, timeline.toMs - timeline.fromMs);
  return (
    <figure className="m-0 flex flex-col gap-3">
      {timeline.lanes.map((lane) => (
        <Lane key={lane.attempt.id} lane={lane} timeline={timeline} spanMs={spanMs} />
      ))}
      <figcaption className="flex justify-between gap-2 border-t border-line pt-1 text-axis text-ink-3">
        <LocalTime atMs={timeline.fromMs} />
        <span>{formatLatency(timeline.toMs - timeline.fromMs)}</span>
        <LocalTime atMs={timeline.toMs} />
      </figcaption>
    </figure>
  );
}

function Lane({ lane, timeline, spanMs }: { lane: TimelineLane; timeline: Timeline; spanMs: number }) {
  const { attempt, parts } = lane;
  const words = parts.map((part) => `${PART_WORDS[part.kind]} ${formatPart(part.toMs - part.fromMs)}`).join(", ");
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-baseline justify-between gap-2 text-small text-ink-2">
        <ProviderName provider={attempt.provider} />
        <span>
          attempt {attempt.number}, {ATTEMPT_REASON_WORDS[attempt.reason]}
          {attempt.state === "succeeded" ? "" : `, ${ATTEMPT_STATE_WORDS[attempt.state].toLowerCase()}`}
        </span>
      </div>
      <div
        role="img"
        aria-label={`Attempt ${attempt.number} on ${PROVIDER_NAMES[attempt.provider]}: ${words}`}
        className="relative h-4 rounded-[3px] bg-sunken"
      >
        {parts.map((part) => (
          <span
            key={part.kind}
            title={`${PART_WORDS[part.kind]} ${formatPart(part.toMs - part.fromMs)}`}
            className={cn(
              "bar-part absolute inset-y-0 min-w-px border-r border-surface",
              partClass(part.kind, attempt.provider),
            )}
            style={{
              left: `${((part.fromMs - timeline.fromMs) / spanMs) * 100}%`,
              width: `${((part.toMs - part.fromMs) / spanMs) * 100}%`,
            }}
          />
        ))}
      </div>
      <PartList parts={parts} lane={lane} />
    </div>
  );
}

function PartList({ parts, lane }: { parts: TimelinePart[]; lane: TimelineLane }) {
  return (
    <ol className="m-0 list-none p-0 text-small">
      {parts.map((part) => (
        <li key={part.kind} className="grid grid-cols-[8px_1fr_auto_auto] items-center gap-x-3 py-0.5">
          <span
            aria-hidden="true"
            className={cn("swatch size-2 rounded-[2px]", partClass(part.kind, lane.attempt.provider))}
          />
          <span className="text-ink-2">{PART_WORDS[part.kind]}</span>
          <span className="text-ink-3">
            <LocalTime atMs={part.fromMs} />
          </span>
          <span className="min-w-14 text-right text-ink-1">{formatPart(part.toMs - part.fromMs)}</span>
        </li>
      ))}
    </ol>
  );
}
