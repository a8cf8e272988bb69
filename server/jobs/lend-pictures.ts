import type { DatabaseOrTransaction } from "@/db/client";
import { askedOfDisk, declinePicture, forgetLentPictures, lendPicture } from "@/db/queries/lent-pictures";
import { Loop } from "@/server/engine/loop";
import { AppError } from "@/server/errors";
import type { ImageService } from "@/server/images/image-service";
import type { Log } from "@/server/log";

const LOOK_EVERY_MS = 500;
const AT_ONCE = 20;
/** A page may show a picture again and again; in R2 it is soon enough. */
const FORGET_AFTER_MS = 120_000;
const FORGET_EVERY_MS = 5_000;
/** Some hundred MiB at most. */
const KEEP_AT_MOST = 200;

interface LendDeps {
  db: DatabaseOrTransaction;
  images: Pick<ImageService, "read">;
  diskId: string;
}

/** Gives the other machines what they ask of this one's disk. */
export async function lendAsked({ db, images, diskId }: LendDeps): Promise<void> {
  for (const { sha256, objectKey } of await askedOfDisk(db, diskId, AT_ONCE)) {
    try {
      await lendPicture(db, sha256, await images.read({ sha256, location: "disk", objectKey, diskId }));
    } catch (error) {
      if (!AppError.is(error)) throw error;
      await declinePicture(db, sha256);
    }
  }
}

/** Without a lease: somebody waits for the answer, and two that give it do no harm. */
export function lendPictures(deps: LendDeps & { log: Log }): { stop(): Promise<void> } {
  let forgotAtMs = Number.NEGATIVE_INFINITY;
  const loop = new Loop({
    tick: async () => {
      await lendAsked(deps);
      if (performance.now() - forgotAtMs > FORGET_EVERY_MS) {
        forgotAtMs = performance.now();
        await forgetLentPictures(deps.db, { afterMs: FORGET_AFTER_MS, keepAtMost: KEEP_AT_MOST });
      }
      return LOOK_EVERY_MS;
    },
    onError: (error) => deps.log.warn("pictures could not be lent to other machines", { error }),
    pauseAfterErrorMs: 2_000,
  });
  loop.start();
  return { stop: () => loop.stop() };
}
