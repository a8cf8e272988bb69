import { CircleCheck, Minus, OctagonAlert, TriangleAlert } from "lucide-react";
import { cn } from "./cn";
import { Icon } from "./icon";

export type StatusState = "ok" | "watch" | "breach" | "unknown" | "stale";

const WORDS: Record<StatusState, string> = {
  ok: "Within target",
  watch: "Watch",
  breach: "Breach",
  unknown: "Not known",
  stale: "Stale",
};

const ICONS = { ok: CircleCheck, watch: TriangleAlert, breach: OctagonAlert, unknown: Minus, stale: Minus };

/** Icon and word, never hue alone. Healthy has no colour: its word is for screen readers. */
export function StatusBadge({ state }: { state: StatusState }) {
  const quiet = state === "ok" || state === "unknown";
  return (
    <span
      data-state={state}
      className={cn(
        "inline-flex h-6 shrink-0 items-center gap-1.5 rounded-full text-small",
        !quiet && "px-2",
        state === "ok" && "text-ink-2",
        state === "unknown" && "text-ink-3",
        state === "stale" && "border border-line text-ink-2",
        state === "watch" && "bg-watch-bg text-watch-text",
        state === "breach" && "bg-breach-bg text-breach-text",
      )}
    >
      {state === "stale" ? (
        <span aria-hidden="true" className="size-2 rounded-full border-[1.5px] border-current" />
      ) : (
        <Icon icon={ICONS[state]} />
      )}
      <span className={quiet ? "sr-only" : undefined}>{WORDS[state]}</span>
    </span>
  );
}
