"use client";
import { CircleCheck, CircleDashed, CircleDot, PauseCircle } from "lucide-react";
import { cn } from "@/components/ui/cn";
import { Icon } from "@/components/ui/icon";
import type { Step } from "@/server/domain/gates";
import type { TrackNode } from "./use-phases";

const WORDS: Record<TrackNode["state"], string> = {
  done: "Done",
  current: "Current",
  next: "Next",
  held: "Held",
  ahead: "Ahead",
};
const ICONS = { done: CircleCheck, current: CircleDot, next: CircleDashed, held: PauseCircle, ahead: CircleDashed };

interface TrackProps {
  nodes: readonly TrackNode[];
  selected: Step;
  onSelect: (step: Step) => void;
}

/** The plan's way from left to right (on a phone: down), and where the rollout stands on it. */
export function Track({ nodes, selected, onSelect }: TrackProps) {
  return (
    <ol aria-label="Phases of the rollout" className="m-0 grid list-none gap-1.5 p-0 md:grid-cols-3 lg:grid-cols-6">
      {nodes.map(({ step, title, state }) => {
        const isPresent = state === "current" || state === "held";
        return (
          <li key={step} aria-current={isPresent ? "step" : undefined} data-step={step} data-phase-state={state}>
            <button
              type="button"
              aria-pressed={step === selected}
              onClick={() => onSelect(step)}
              className={cn(
                "flex min-h-11 w-full items-center gap-2.5 rounded-button border px-3 py-2 text-left transition-colors lg:min-h-14",
                step === selected ? "border-ink-1 bg-surface" : "border-line bg-transparent hover:bg-surface",
              )}
            >
              <Icon icon={ICONS[state]} className={cn("shrink-0", state === "ahead" ? "text-ink-3" : "text-ink-1")} />
              <span className="min-w-0 max-lg:flex max-lg:flex-1 max-lg:items-center max-lg:justify-between max-lg:gap-3">
                <span
                  className={cn(
                    "block text-body",
                    isPresent ? "font-medium text-ink-1" : state === "ahead" ? "text-ink-2" : "text-ink-1",
                  )}
                >
                  {title}
                </span>
                <span className="block text-small text-ink-2">{WORDS[state]}</span>
              </span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
