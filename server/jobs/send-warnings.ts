import type { Config } from "@/server/config";
import type { DigestChannels } from "@/server/digests/types";
import type { RolloutDeps } from "@/server/rollout/types";
import { sendWarnings } from "@/server/warnings/send-warnings";
import type { Job } from "./run-jobs";

/** Sends what warnings have to say. Apart from the looks, so that a slow mail server delays none of them. */
export function deliverWarnings(
  deps: Pick<RolloutDeps, "db" | "log"> & { config: Config; channels: DigestChannels },
): Job {
  const { db, config, channels, log } = deps;
  return {
    name: "warnings",
    everyMs: 10_000,
    async run() {
      for (const environment of config.environments) {
        try {
          await sendWarnings({ db, channels, publicUrl: config.publicUrl }, environment, Date.now());
        } catch (error) {
          // One environment's trouble must not keep the others' warnings back.
          log.warn("warnings: could not be sent", { environment, error });
        }
      }
    },
  };
}
