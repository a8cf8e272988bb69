import type { GenerationStage } from "./generation-view";
import type { GenerationState } from "./vocabulary";

/** Ids of the newest event of each kind; ids rise with time. Null: none yet. */
export interface StageEvents {
  startingWorkerId: number | null;
  startedId: number | null;
  intentId: number | null;
}

/**
 * What a state means to somebody who waits. A cold start shows only while nothing newer says that the worker runs
 * or that another attempt has begun; a job that the provider has taken but not started is still queued.
 */
export function stageOf(state: GenerationState, events: StageEvents): GenerationStage {
  if (state === "succeeded") return "done";
  if (state === "failed" || state === "cancelled" || state === "censored") return state;
  if (state === "storing") return "uploading";
  if (state === "queued") return "queued";
  const intent = events.intentId ?? 0;
  const started = events.startedId ?? 0;
  if ((events.startingWorkerId ?? 0) > Math.max(started, intent)) return "starting_worker";
  return started > intent ? "running" : "queued";
}
