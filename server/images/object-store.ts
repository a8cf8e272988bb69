import { objectKeyOf } from "@/server/domain/object-key";
import type { Log } from "@/server/log";
import type { DiskStore } from "./disk-store";
import type { ImageMimeType } from "./image-service";
import { parseObjectKey } from "./object-key";
import { fromBytes, fromFile } from "./object-source";
import type { R2Store } from "./r2-store";
import { isOfStore, StorageProblem } from "./storage-problem";

export interface StoredObject {
  sha256: string;
  location: "disk" | "r2";
  objectKey: string;
  /** Whose disk holds it; null in R2, and where it is not known. */
  diskId: string | null;
}

export interface ObjectStore {
  /** Throws StorageProblem only when neither place could take the bytes and give them back. Harmless to repeat. */
  write(bytes: Uint8Array, sha256: string, mimeType: ImageMimeType, signal?: AbortSignal): Promise<StoredObject>;
  /**
   * Looks in the stated place first, then in the other: a mover may have been there since. Throws StorageProblem,
   * `elsewhere` when it lies on another machine's disk.
   */
  read(object: StoredObject): Promise<Uint8Array>;
  /**
   * Copies a file of this disk to R2 and compares it there; the file stays. `there`: R2 had it and the disk has not;
   * `missing`: neither has it whole. Harmless to repeat. Throws StorageProblem when R2 does not take it.
   */
  move(objectKey: string, signal?: AbortSignal): Promise<"moved" | "there" | "missing">;
  /** Takes a file off this disk. */
  dropFile(objectKey: string): Promise<void>;
  /** Why no picture can be kept now; null while one of the two places takes them. */
  roomProblem(): Promise<StorageProblem | null>;
  /** What R2 said when it last failed, while it is left alone for it. */
  r2Problem(): StorageProblem | null;
  /** What lasts, for warnings: the pauses above come and go while R2 is away. */
  lookAround(): Promise<StoresFound>;
}

export interface StoresFound {
  /** What R2 lately failed with, unless it has taken something since; null: nothing known. */
  failure: { problem: StorageProblem; ageMs: number } | null;
  /** Since a picture was last moved from this disk to R2; null: not yet. */
  movedAgeMs: number | null;
  /** As `roomProblem`, but an R2 that lately failed counts as one that takes nothing. */
  room: StorageProblem | null;
}

/** How long R2 is left alone after it did not answer: each result would otherwise wait out the same time-outs. */
const R2_PAUSE_MS = 15_000;
/** Room for the results of what is under way: below it nothing new is begun while R2 takes nothing. */
const ROOM_BYTES = 256 * 1024 * 1024;
const ROOM_LOOK_MS = 1_000;
/** With all tries of a request that gets no answer and the pause after it, the next failure is known sooner. */
const FAILURE_LASTS_MS = 300_000;

/**
 * Disk first, as a spool, then R2 where it is configured. An R2 that fails costs nothing but the move: the result
 * stands on the disk and says so. A full disk costs nothing either while R2 takes the bytes.
 */
export function createObjectStore(deps: {
  disk: DiskStore;
  diskId: string;
  r2: R2Store | null;
  now: () => number;
  roomBytes?: number;
  log?: Pick<Log, "warn" | "error">;
}): ObjectStore {
  const { disk, diskId, r2, now, roomBytes = ROOM_BYTES, log } = deps;
  let r2Pause: { untilMs: number; problem: StorageProblem } | null = null;
  let r2Failure: { atMs: number; problem: StorageProblem } | null = null;
  let movedAtMs: number | null = null;
  let roomLook: { atMs: number; free: Promise<number> } | null = null;

  const pausedBy = () => (r2Pause !== null && now() < r2Pause.untilMs ? r2Pause.problem : null);

  function noteFailure(problem: StorageProblem, objectKey: string): void {
    if (isOfStore(problem)) r2Pause = { untilMs: now() + R2_PAUSE_MS, problem };
    r2Failure = { atMs: now(), problem };
    const needsPerson = problem.fault !== "unavailable";
    log?.[needsPerson ? "error" : "warn"]("a picture is kept on disk, not in R2", {
      fault: problem.fault,
      reason: problem.message,
      objectKey,
    });
  }

  async function writeToR2(
    bytes: Uint8Array,
    key: string,
    object: { sha256: string; mimeType: ImageMimeType },
    signal?: AbortSignal,
  ) {
    if (!r2 || pausedBy()) return false;
    try {
      await r2.write(key, fromBytes(bytes), object, signal);
      r2Failure = null;
      return true;
    } catch (error) {
      if (!StorageProblem.is(error)) throw error;
      noteFailure(error, key);
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
      if (await writeToR2(bytes, objectKey, { sha256, mimeType }, signal)) {
        await disk.remove(objectKey);
        return { sha256, location: "r2", objectKey, diskId: null };
      }
      if (problem) throw problem;
      // Again: another instance may have moved the same object to R2 and taken the file meanwhile.
      await disk.write(objectKey, bytes, sha256);
      return { sha256, location: "disk", objectKey, diskId };
    },

    async read(object) {
      const key = parseObjectKey(object.objectKey);
      if (key?.sha256 !== object.sha256) throw new StorageProblem("missing", "no such object");
      const places = [
        () => disk.read(object.objectKey, object.sha256),
        ...(r2 ? [() => r2.read(object.objectKey, object.sha256)] : []),
      ];
      if (object.location === "r2") places.reverse();
      const problems: StorageProblem[] = [];
      for (const place of places) {
        try {
          return await place();
        } catch (error) {
          if (!StorageProblem.is(error)) throw error;
          if (error.fault !== "missing")
            log?.error("a stored picture cannot be read", { fault: error.fault, reason: error.message });
          problems.push(error);
        }
      }
      throw worst(problems, object);
    },

    async move(objectKey, signal) {
      const key = parseObjectKey(objectKey);
      if (!r2 || !key) return "missing";
      const file = (await disk.holds(objectKey, key.sha256)) ? await disk.find(objectKey) : null;
      if (file === null) return (await r2.holds(objectKey, key.sha256, signal)) ? "there" : "missing";
      try {
        await r2.write(objectKey, fromFile(file.path, file.sizeBytes), key, signal);
        r2Pause = null;
        r2Failure = null;
        movedAtMs = now();
        return "moved";
      } catch (error) {
        if (!StorageProblem.is(error)) throw error;
        // Another instance on this disk may have moved it and taken the file from under our hands.
        if ((await disk.find(objectKey)) === null)
          return (await r2.holds(objectKey, key.sha256, signal)) ? "there" : "missing";
        noteFailure(error, objectKey);
        throw error;
      }
    },

    dropFile: (objectKey) => disk.remove(objectKey),

    roomProblem: () => roomProblem(pausedBy()),
    r2Problem: pausedBy,

    async lookAround() {
      const since = (atMs: number) => Math.max(0, now() - atMs);
      const isNews = r2Failure !== null && since(r2Failure.atMs) < FAILURE_LASTS_MS;
      const failure = isNews && r2Failure ? { problem: r2Failure.problem, ageMs: since(r2Failure.atMs) } : null;
      return {
        failure,
        movedAgeMs: movedAtMs === null ? null : since(movedAtMs),
        room: await roomProblem(failure !== null && isOfStore(failure.problem) ? failure.problem : null),
      };
    },
  };

  async function roomProblem(r2Says: StorageProblem | null): Promise<StorageProblem | null> {
    if (r2 && !r2Says) return null;
    if (roomLook === null || now() - roomLook.atMs > ROOM_LOOK_MS || now() < roomLook.atMs)
      roomLook = { atMs: now(), free: disk.freeBytes() };
    try {
      if ((await roomLook.free) >= roomBytes) return null;
    } catch (error) {
      if (StorageProblem.is(error)) return error;
      return new StorageProblem("disk_failed", "the data directory cannot be used", { cause: error });
    }
    const message = `the disk of the data directory is nearly full${r2Says ? `, and R2 takes nothing: ${r2Says.message}` : ""}`;
    return new StorageProblem("disk_full", message);
  }

  /** A damaged copy, or a store that does not answer, says more than that the object is missing. */
  function worst(problems: StorageProblem[], object: StoredObject): StorageProblem {
    const isElsewhere = object.location === "disk" && object.diskId !== null && object.diskId !== diskId;
    const told = problems.find(({ fault }) => fault !== "missing") ?? problems[0];
    if (isElsewhere && told?.fault !== "wrong_bytes")
      return new StorageProblem("elsewhere", "the picture lies on another machine's disk until R2 takes it");
    return told ?? new StorageProblem("missing", "no such object");
  }
}
