import type { Log } from "@/server/log";
import type { DiskStore } from "./disk-store";
import type { ImageMimeType } from "./image-service";
import { objectKeyOf, parseObjectKey } from "./object-key";
import { fromBytes } from "./object-source";
import type { R2Store } from "./r2-store";
import { StorageProblem } from "./storage-problem";

export interface StoredObject {
  sha256: string;
  location: "disk" | "r2";
  objectKey: string;
}

export interface ObjectStore {
  /** Throws StorageProblem only when neither place could take the bytes and give them back. Harmless to repeat. */
  write(bytes: Uint8Array, sha256: string, mimeType: ImageMimeType, signal?: AbortSignal): Promise<StoredObject>;
  /** Looks in the stated place first, then in the other: a mover may have been there since. Throws StorageProblem. */
  read(object: StoredObject): Promise<Uint8Array>;
}

/** How long R2 is left alone after it did not answer: each result would otherwise wait out the same time-outs. */
const R2_PAUSE_MS = 15_000;

/**
 * Disk first, as a spool, then R2 where it is configured. An R2 that fails costs nothing but the move: the result
 * stands on the disk and says so. A full disk costs nothing either while R2 takes the bytes.
 */
export function createObjectStore(deps: {
  disk: DiskStore;
  r2: R2Store | null;
  now: () => number;
  log?: Pick<Log, "warn" | "error">;
}): ObjectStore {
  const { disk, r2, now, log } = deps;
  let r2PausedUntilMs = 0;

  async function writeToR2(
    bytes: Uint8Array,
    key: string,
    sha256: string,
    mimeType: ImageMimeType,
    signal?: AbortSignal,
  ) {
    if (!r2) return false;
    if (now() < r2PausedUntilMs) return false;
    try {
      await r2.write(key, fromBytes(bytes), { sha256, mimeType }, signal);
      return true;
    } catch (error) {
      if (!StorageProblem.is(error)) throw error;
      if (error.fault !== "wrong_bytes") r2PausedUntilMs = now() + R2_PAUSE_MS;
      const needsPerson = error.fault !== "unavailable";
      log?.[needsPerson ? "error" : "warn"]("a picture is kept on disk, not in R2", {
        fault: error.fault,
        reason: error.message,
        objectKey: key,
      });
      return false;
    }
  }

  return {
    async write(bytes, sha256, mimeType, signal) {
      const objectKey = objectKeyOf(sha256, mimeType);
      const problem = await disk.write(objectKey, bytes, sha256).then(
        () => null,
        (error: unknown) => {
          if (StorageProblem.is(error)) return error;
          throw error;
        },
      );
      if (problem && (!r2 || problem.fault === "wrong_bytes")) throw problem;
      signal?.throwIfAborted();
      if (await writeToR2(bytes, objectKey, sha256, mimeType, signal)) {
        await disk.remove(objectKey);
        return { sha256, location: "r2", objectKey };
      }
      if (problem) throw problem;
      // Again: another instance may have moved the same object to R2 and taken the file meanwhile.
      await disk.write(objectKey, bytes, sha256);
      return { sha256, location: "disk", objectKey };
    },

    async read(object) {
      const key = parseObjectKey(object.objectKey);
      if (key?.sha256 !== object.sha256) throw new StorageProblem("missing", "no such object");
      const places = [
        () => disk.read(object.objectKey, object.sha256),
        ...(r2 ? [() => r2.read(object.objectKey, object.sha256)] : []),
      ];
      if (object.location === "r2") places.reverse();
      let first: unknown = null;
      for (const place of places) {
        try {
          return await place();
        } catch (error) {
          if (!StorageProblem.is(error)) throw error;
          if (error.fault !== "missing")
            log?.error("a stored picture cannot be read", { fault: error.fault, reason: error.message });
          first ??= error;
        }
      }
      throw first;
    },
  };
}
