import type { Connection } from "@/db/client";
import { forgetHeldInputs } from "@/db/queries/held-inputs";
import type { Job } from "./run-jobs";

/** Longer than any request takes from its picture to its acceptance. */
const AFTER_MS = 10 * 60_000;

export function forgetInputs(deps: { db: Connection["db"] }): Job {
  return { name: "forget held inputs", everyMs: 60_000, run: () => forgetHeldInputs(deps.db, AFTER_MS) };
}
