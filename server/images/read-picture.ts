import type { DatabaseOrTransaction } from "@/db/client";
import { storedPlace } from "@/db/queries/stored-images";
import { AppError } from "@/server/errors";
import type { ImageService } from "./image-service";

/** The bytes behind a hash, wherever they lie. Throws NOT_FOUND, with the day when they were removed by age. */
export async function readPicture(
  deps: { db: DatabaseOrTransaction; images: Pick<ImageService, "read"> },
  sha256: string,
): Promise<Uint8Array> {
  const place = await storedPlace(deps.db, sha256);
  if (!place) throw new AppError("NOT_FOUND", "this picture is not stored any more");
  if (place.expiredAtMs !== null) {
    const day = new Date(place.expiredAtMs).toISOString().slice(0, 10);
    throw new AppError(
      "NOT_FOUND",
      `this picture was removed on ${day}: its environment keeps pictures for a time only`,
    );
  }
  return deps.images.read(place);
}
