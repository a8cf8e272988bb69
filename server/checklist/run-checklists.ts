import { claimRun } from "@/db/queries/checklist";
import { Loop } from "@/server/engine/loop";
import { executeRun } from "./execute-run";
import { startScheduledRuns } from "./schedule";
import type { ChecklistDeps } from "./types";

const LOOK_EVERY_MS = 400;
const SCHEDULE_EVERY_MS = 60_000;

/**
 * Takes ordered checklists and runs them, several environments' at a time; goes on with what a dead process has left.
 * `stop` puts back what a drill has changed and leaves the rest to the next worker.
 */
export function runChecklists(deps: ChecklistDeps): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  let scheduledAtMs = 0;
  const loop = new Loop({
    tick: async () => {
      if (performance.now() - scheduledAtMs > SCHEDULE_EVERY_MS || scheduledAtMs === 0) {
        scheduledAtMs = performance.now();
        await startScheduledRuns(deps);
      }
      const run = await claimRun(deps.db, deps.owner);
      if (!run) return LOOK_EVERY_MS;
      const work = executeRun(deps, run, stopping.signal)
        // Its lease runs out, and whoever takes it next puts back what is to be put back.
        .catch((error: unknown) => deps.log.error("checklist: a run broke off", { runId: run.id, error }))
        .finally(() => running.delete(work));
      running.add(work);
      return 0;
    },
    onError: (error) => deps.log.warn("checklist: could not look for runs", { error }),
    pauseAfterErrorMs: 5_000,
  });
  loop.start();
  return {
    async stop() {
      stopping.abort();
      await loop.stop();
      await Promise.all(running);
    },
  };
}
