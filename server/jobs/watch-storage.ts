import type { Database } from "@/db/client";
import type { Config } from "@/server/config";
import { Loop } from "@/server/engine/loop";
import type { ImageService } from "@/server/images/image-service";
import { judgeStorage } from "@/server/images/judge-storage";
import { lookAtStores } from "@/server/images/look-at-stores";
import type { Log } from "@/server/log";
import type { Job } from "./run-jobs";

const LOOK_EVERY_MS = 20_000;

/** Pictures that wait for R2, and disks without room, become warnings. */
export function warnOfStorage(deps: { db: Database; config: Pick<Config, "environments" | "r2"> }): Job {
  return { name: "storage warnings", everyMs: 60_000, run: () => judgeStorage(deps) };
}

/** Not a chore that one instance runs for all: each has a disk and an R2 of its own to tell of. */
export function watchOwnStores(deps: { db: Database; images: ImageService; instance: string; log: Log }) {
  const loop = new Loop({
    tick: async () => {
      await lookAtStores(deps);
      return LOOK_EVERY_MS;
    },
    onError: (error) => deps.log.warn("storage: the look at the stores could not be written", { error }),
    pauseAfterErrorMs: LOOK_EVERY_MS,
  });
  loop.start();
  return { stop: () => loop.stop() };
}
