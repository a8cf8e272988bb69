import type { Config } from "@/server/config";
import { composeDigest } from "@/server/digests/compose-digest";
import { sendDueDigests } from "@/server/digests/send-due-digests";
import type { DigestChannels } from "@/server/digests/types";
import type { RolloutDeps } from "@/server/rollout/types";
import type { Job } from "./run-jobs";

type Deps = Pick<RolloutDeps, "db" | "log"> & {
  config: Pick<Config, "environments" | "providerSettings" | "sandbox" | "r2" | "publicUrl">;
  channels: DigestChannels;
  now?: () => number;
};

/** Looks each minute whether an environment's weekly digest is due, or due again. */
export function sendDigests({ db, config, channels, log, now = Date.now }: Deps): Job {
  return {
    name: "digests",
    everyMs: 60_000,
    async run() {
      for (const environment of config.environments) {
        const nowMs = now();
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
