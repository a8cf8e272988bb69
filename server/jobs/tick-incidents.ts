import type { RolloutDeps } from "@/server/rollout/types";
import { watchIncidents } from "@/server/rollout/watch-incidents";
import type { Job } from "./run-jobs";

/** Ticks on open incidents what a machine can tick. */
export function tickIncidents(deps: RolloutDeps): Job {
  return { name: "incidents", everyMs: 2_000, run: () => watchIncidents(deps) };
}
