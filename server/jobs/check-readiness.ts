import { PROVIDER_IDS } from "@/server/domain/vocabulary";
import { CHECK_EVERY_MS, checkProvider } from "@/server/rollout/readiness";
import type { RolloutDeps } from "@/server/rollout/types";
import type { Job } from "./run-jobs";

/** Live checks of every provider in every environment, so that readiness is known before it is needed. */
export function checkReadiness(deps: RolloutDeps): Job {
  return {
    name: "readiness",
    everyMs: CHECK_EVERY_MS,
    run: () =>
      Promise.all(
        deps.config.environments.flatMap((environment) =>
          PROVIDER_IDS.map((provider) => checkProvider(deps, environment, provider)),
        ),
      ),
  };
}
