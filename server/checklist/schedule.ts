import { newestRun } from "@/db/queries/checklist";
import { localPrincipal } from "@/server/auth/access";
import { CANDIDATE } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";
import { readPolicy } from "@/server/rollout/gates/read-policy";
import type { Operator } from "@/server/rollout/types";
import { startRun } from "./start-run";
import type { ChecklistDeps } from "./types";

const HOUR_MS = 3_600_000;

/** Orders a run where the policy asks for one every so often and the last is that old. */
export async function startScheduledRuns(deps: ChecklistDeps, now: Date = new Date()): Promise<void> {
  const operator: Operator = { principal: localPrincipal("Schedule"), via: "automation", requestId: null };
  for (const environment of deps.config.environments) {
    const { everyHours } = (await readPolicy(deps.db, environment)).checklist;
    if (everyHours === 0) continue;
    const last = await newestRun(deps.db, environment);
    if (last && now.getTime() - last.createdAt.getTime() < everyHours * HOUR_MS) continue;
    try {
      await startRun(deps, operator, { environment, provider: CANDIDATE, items: null });
    } catch (error) {
      // Not configured, or another instance was first.
      if (!AppError.is(error)) throw error;
      deps.log.info("checklist: the scheduled run was not started", { environment, reason: error.message });
    }
  }
}
