import { Ban, CircleCheck, CircleDashed, OctagonAlert } from "lucide-react";
import { failureTitle, STAGE_WORDS, STATE_WORDS } from "@/components/words";
import type { FailureMode } from "@/server/domain/failure-modes";
import type { GenerationStage } from "@/server/domain/generation-view";
import type { GenerationState } from "@/server/domain/vocabulary";
import { cn } from "./cn";
import { Icon } from "./icon";

interface StateMarkProps {
  state: GenerationState;
  stage?: GenerationStage;
  failureMode?: FailureMode | null;
}

const ICONS = { succeeded: CircleCheck, failed: OctagonAlert, cancelled: Ban };

/** A failure is named by its mode, an open generation by its stage. */
export function StateMark({ state, stage, failureMode }: StateMarkProps) {
  const ended = state === "succeeded" || state === "failed" || state === "cancelled";
  const word =
    state === "failed" && failureMode
      ? failureTitle(failureMode)
      : !ended && stage
        ? STAGE_WORDS[stage]
        : STATE_WORDS[state];
  return (
    <span
      data-state={state === "failed" ? "breach" : ended ? "ok" : "unknown"}
      className={cn(
        "inline-flex max-w-full items-center gap-1.5 align-middle whitespace-nowrap",
        state === "failed" ? "text-breach-text" : state === "succeeded" ? "text-ink-1" : "text-ink-2",
      )}
    >
      <Icon icon={ended ? ICONS[state] : CircleDashed} className="shrink-0" />
      <span className="truncate">{word}</span>
    </span>
  );
}
