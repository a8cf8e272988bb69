import type { Config } from "@/server/config";
import { composeDigest } from "@/server/digests/compose-digest";
import { sendDueDigests } from "@/server/digests/send-due-digests";
import type { DigestChannels } from "@/server/digests/types";
import type { RolloutDeps } from "@/server/rollout/types";
import type { Job } from "./run-jobs";

/** Looks each minute whether an environment's weekly digest is due, or due again. */
export function sendDigests(deps: Pick<RolloutDeps, "db" | "log"> & { config: Config; channels: DigestChannels }): Job {
  const { db, config, channels, log } = deps;
  return {
    name: "digests",
    everyMs: 60_000,
    async run() {
      for (const environment of config.environments) {
        const nowMs = Date.now();
        const compose = (environment: string, week: string, timeZone: string) =>
          composeDigest({ db, config }, { environment, week, timeZone }, nowMs);
        try {
          await sendDueDigests({ db, channels, compose }, environment, nowMs);
        } catch (error) {
          // One environment's trouble must not keep the others' digests back.
          log.warn("digests: could not be sent", { environment, error });
        }
      }
    },
  };
}
