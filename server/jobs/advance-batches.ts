import { advanceBatches as advance } from "@/server/batch/advance-batches";
import type { BatchWork } from "@/server/batch/types";
import type { Job } from "./run-jobs";

/** Goes on with batches of prompts. */
export function advanceBatches(deps: BatchWork): Job {
  return { name: "batches", everyMs: 1_000, run: () => advance(deps) };
}
