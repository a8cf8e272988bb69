import { judgeEndpoint } from "@/server/endpoint/judge-endpoint";
import { applySchedule } from "@/server/endpoint/schedule/apply-schedule";
import type { EndpointDeps } from "@/server/endpoint/types";
import { watchEndpoint } from "@/server/endpoint/watch-endpoint";
import type { Job } from "./run-jobs";

/**
 * Looks at every environment's endpoint each minute; a setting that became another is recorded with its date, and what the
 * guardian finds look after look becomes a warning; hours in which workers are kept are kept.
 */
export function watchEndpoints(deps: EndpointDeps): Job {
  return {
    name: "endpoint",
    everyMs: 60_000,
    async run() {
      for (const environment of deps.config.environments) {
        try {
          await watchEndpoint(deps, environment, new Date());
          await judgeEndpoint(deps, environment, new Date());
          await applySchedule(deps, environment, new Date());
        } catch (error) {
          // One environment's trouble must not leave the others unwatched.
          deps.log.warn("endpoint: could not look", { environment, error });
        }
      }
    },
  };
}
