import { databaseNowMs } from "@/db/queries/database-now";
import { settleBill, sharedEndpoint } from "@/server/costs/settle-bill";
import { settleUsage } from "@/server/costs/settle-usage";
import { sharedControl } from "@/server/costs/shared-control";
import { LOOK_EVERY_MS, watchFleet } from "@/server/costs/watch-fleet";
import { DAY_MS } from "@/server/domain/time-zone";
import type { EndpointDeps } from "@/server/endpoint/types";
import { AppError, ProviderError } from "@/server/errors";
import type { RolloutDeps } from "@/server/rollout/types";
import type { Job } from "./run-jobs";

/** How far back a bill may still be told otherwise. */
const LOOK_BACK_MS = 8 * DAY_MS;

/** Measures the paid time of the candidate's workers, so that what no job tells of is explained too. */
export function watchFleets(deps: EndpointDeps): Job {
  const fastest = Math.max(1, ...deps.config.environments.map((environment) => deps.config.clockFactor(environment)));
  return {
    name: "fleet",
    // Whose clock is slower is left alone until it is due.
    everyMs: Math.max(1_000, LOOK_EVERY_MS / fastest),
    async run() {
      const nowMs = await databaseNowMs(deps.db);
      for (const environment of keepers(deps)) await watchFleet(deps, environment, nowMs);
    },
  };
}

/** Every hour what was billed, laid beside what is explained. */
export function settleBills(deps: EndpointDeps): Job {
  return {
    name: "billing",
    everyMs: 3_600_000,
    async run() {
      const nowMs = await databaseNowMs(deps.db);
      for (const environment of keepers(deps)) {
        try {
          await settleBill(deps, { environment, fromMs: nowMs - LOOK_BACK_MS, toMs: nowMs }, nowMs);
        } catch (error) {
          // One environment's trouble, a key without the right above all, must not leave the others unsettled.
          if (!AppError.is(error)) throw error;
          deps.log.warn("billing: could not be settled", { environment, error });
        }
      }
    },
  };
}

/** Every hour what Scenario says was used, so that it can be laid beside what its jobs came to. */
export function settleUsages(deps: RolloutDeps): Job {
  return {
    name: "usage",
    everyMs: 3_600_000,
    async run() {
      const nowMs = await databaseNowMs(deps.db);
      const all = deps.config.environments.flatMap((name) => sharedControl(deps.config, name)?.keeper ?? []);
      for (const environment of new Set(all)) {
        try {
          await settleUsage(deps, { environment, fromMs: nowMs - LOOK_BACK_MS, toMs: nowMs }, nowMs);
        } catch (error) {
          if (!ProviderError.is(error)) throw error;
          deps.log.warn("usage: could not be taken in", { environment, error });
        }
      }
    },
  };
}

/** One environment for each endpoint. */
function keepers(deps: EndpointDeps): string[] {
  const all = deps.config.environments.flatMap((environment) => sharedEndpoint(deps, environment)?.keeper ?? []);
  return [...new Set(all)];
}
