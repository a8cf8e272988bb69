import type { Database } from "@/db/client";
import { recordStorageLook } from "@/db/queries/storage-looks";
import type { ImageService } from "./image-service";

/** Leaves word of how this instance finds its stores, for whoever judges them. */
export async function lookAtStores(deps: {
  db: Database;
  images: Pick<ImageService, "lookAround">;
  /** `<host>:<process number>:<random>`. */
  instance: string;
}): Promise<void> {
  const { diskId, failure, movedAgeMs, room } = await deps.images.lookAround();
  await recordStorageLook(deps.db, {
    instance: deps.instance,
    diskId,
    failure: failure && { fault: failure.problem.fault, problem: failure.problem.message, ageMs: failure.ageMs },
    movedAgeMs,
    roomProblem: room?.message ?? null,
  });
}
