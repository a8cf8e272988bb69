import type { GenerationDetail, GenerationStage } from "@/server/domain/generation-view";

export type StepState = "done" | "current" | "todo";

export interface Step {
  stage: GenerationStage;
  state: StepState;
}

/**
 * The way of a generation as steps. "Starting worker" is there only when one was seen to start: a step that is
 * always skipped would teach people to ignore it.
 */
export function stepsOf(detail: Pick<GenerationDetail, "stage" | "coldClass" | "events"> | null): Step[] {
  const cold =
    detail !== null &&
    (detail.stage === "starting_worker" ||
      detail.coldClass === "cold" ||
      detail.events.some((event) => event.kind === "starting_worker"));
  const way: GenerationStage[] = [
    "queued",
    ...(cold ? (["starting_worker"] as const) : []),
    "running",
    "uploading",
    "done",
  ];
  const current: GenerationStage = detail?.stage ?? "queued";
  const at = way.indexOf(current);
  // Failed and cancelled are no steps of the way: how far it came is told by the events, not here.
  if (at === -1) return way.map((stage) => ({ stage, state: "todo" }));
  return way.map((stage, index) => ({
    stage,
    state: index < at || current === "done" ? "done" : index === at ? "current" : "todo",
  }));
}
