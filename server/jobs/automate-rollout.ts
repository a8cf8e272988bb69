import { promoteAutomatically } from "@/server/rollout/gates/promote-automatically";
import { rollBackAutomatically } from "@/server/rollout/gates/roll-back-automatically";
import { currentRevision } from "@/server/rollout/revision";
import type { RolloutDeps } from "@/server/rollout/types";
import type { Job } from "./run-jobs";

/** Takes traffic back where the candidate is proved bad, unless the environment's policy says otherwise. */
export function automaticRollback(deps: RolloutDeps): Job {
  return {
    name: "automatic rollback",
    everyMs: 5_000,
    run: () => inEachEnvironment(deps, "automatic rollback", (name) => rollBackAutomatically(deps, name, new Date())),
  };
}

/** Raises the share where every gate of the next gradual step is green, only where the policy has switched it on. */
export function automaticPromotion(deps: RolloutDeps): Job {
  return {
    name: "automatic promotion",
    everyMs: 30_000,
    run: () => inEachEnvironment(deps, "automatic promotion", (name) => promoteAutomatically(deps, name, new Date())),
  };
}

/** Neither does anything where no traffic is at the candidate, so the numbers are not even read there. */
async function inEachEnvironment(
  deps: RolloutDeps,
  what: string,
  look: (environment: string) => Promise<unknown>,
): Promise<void> {
  for (const environment of deps.config.environments) {
    try {
      const { candidateShareBp, held } = await currentRevision(deps.db, environment);
      if (candidateShareBp > 0 && !held) await look(environment);
    } catch (error) {
      // One environment's trouble must not leave the others unwatched.
      deps.log.warn(`${what}: could not look`, { environment, error });
    }
  }
}
