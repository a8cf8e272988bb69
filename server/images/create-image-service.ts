import type { R2Settings } from "@/server/config";
import { INPUT_IMAGE_MAX_BYTES } from "@/server/domain/generation-request";
import type { Secret } from "@/server/domain/secret";
import { debugPoint } from "@/server/engine/debug-points";
import { AppError } from "@/server/errors";
import type { Log } from "@/server/log";
import { checkHeader } from "./check-header";
import { createDecodePool, type DecodePool } from "./decode-pool";
import { createDiskStore } from "./disk-store";
import type { HeldInputs } from "./held-inputs";
import { ImageGateError } from "./image-gate-error";
import type { DecodedImage, ImageService } from "./image-service";
import type { Borrower } from "./lent-pictures";
import { sha256Of } from "./object-key";
import { createObjectStore, type StoredObject } from "./object-store";
import { pictureAddress } from "./picture-address";
import { PictureProblem } from "./picture-problem";
import { createR2Store, type R2Store, type R2StoreOptions } from "./r2-store";
import { type GateSettings, gateProblem } from "./result-gate";
import { createUrlSigner } from "./signed-url";
import { StorageProblem } from "./storage-problem";

export interface ImageServiceOptions {
  /** Pictures lie under `<dataDir>/objects`. */
  dataDir: string;
  /** Names that folder in rows: see diskIdOf. */
  diskId: string;
  /** Null: the disk alone. */
  r2: R2Settings | null;
  /** Where callers' pictures stand for every instance to read; absent: in the stores alone. */
  held?: HeldInputs;
  /** The way to other machines' disks while R2 is away; absent: there is none. */
  borrower?: Borrower;
  /** Signs picture addresses; the same on every instance. */
  signingKey: Buffer | Secret;
  now?: () => number;
  /** The decoding process's entry, where it does not lie next to the running file. */
  decodeWorkerPath?: string;
  gate?: GateSettings;
  log?: Pick<Log, "warn" | "error">;
  /** For tests: stands in for the decoders and the bucket that the options above would make. */
  pool?: DecodePool;
  r2Store?: R2Store;
  /** Told of every request that R2 bills. */
  onBilled?: R2StoreOptions["onBilled"];
}

/** Callers' uploads may fill only a part of the decoders' queue, so that results always get through. */
const MAX_WAITING_INPUTS = 64;

/** Opens nothing and starts nothing until the first picture; `close()` ends the decoders. */
export function createImageService(options: ImageServiceOptions): ImageService {
  const { dataDir, diskId, held, borrower, log, now = Date.now } = options;
  const pool = options.pool ?? createDecodePool({ workerPath: options.decodeWorkerPath, log });
  const r2 = options.r2Store ?? (options.r2 ? createR2Store(options.r2, { onBilled: options.onBilled }) : null);
  const store = createObjectStore({ disk: createDiskStore({ directory: dataDir, now }), diskId, r2, now, log });
  const signer = createUrlSigner(options.signingKey);

  async function check(
    bytes: Uint8Array,
    how: { signal?: AbortSignal; maxWaiting?: number; maxBytes?: number; sampleSide?: number },
  ): Promise<DecodedImage> {
    const { mimeType } = checkHeader(bytes, how.maxBytes);
    return pool.decode(bytes, mimeType, how);
  }

  async function read(object: StoredObject): Promise<Uint8Array> {
    try {
      return await store.read(object);
    } catch (error) {
      if (!StorageProblem.is(error)) throw error;
      const heldBytes = await held?.find(object.sha256);
      if (heldBytes) return heldBytes;
      const lent = error.fault === "elsewhere" ? await borrower?.borrow(object) : null;
      if (lent) return lent;
      if (error.fault === "missing") throw new AppError("NOT_FOUND", "There is no such picture", { cause: error });
      if (error.fault === "wrong_bytes")
        throw new AppError("NOT_FOUND", "The stored picture is damaged and is not given out", { cause: error });
      const message =
        error.fault === "elsewhere"
          ? `The picture cannot be read here: ${error.message}`
          : "The picture cannot be read now";
      throw new AppError("UNAVAILABLE", message, { cause: error, retryAfterS: 5 });
    }
  }

  return {
    async storeInput(bytes) {
      try {
        const { mimeType, width, height } = await check(bytes, {
          maxWaiting: MAX_WAITING_INPUTS,
          maxBytes: INPUT_IMAGE_MAX_BYTES,
        });
        const object = await store.write(bytes, sha256Of(bytes), mimeType);
        // In R2 any instance finds it, unless R2 goes away before it is submitted; on this disk none but ours would.
        if (held && !(await held.hold(bytes, object.sha256)) && object.location === "disk")
          throw new AppError("OVERLOADED", "R2 is away, and too many callers' pictures wait in its place", {
            retryAfterS: 30,
          });
        return { ...object, mimeType, width, height, sizeBytes: bytes.byteLength };
      } catch (error) {
        throw inputError(error);
      }
    },

    async storeOutput(bytes, expected, signal) {
      try {
        const decoded = await check(bytes, { signal });
        const problem = gateProblem(decoded, expected, options.gate);
        if (problem) throw problem;
        await debugPoint("collect.gated");
        const object = await store.write(bytes, sha256Of(bytes), decoded.mimeType, signal);
        const { mimeType, width, height } = decoded;
        return { ...object, mimeType, width, height, sizeBytes: bytes.byteLength, decoded };
      } catch (error) {
        if (PictureProblem.is(error))
          throw new ImageGateError("bad_output", error.rule, `the picture ${error.message}`);
        if (StorageProblem.is(error)) throw new ImageGateError("storage_failed", error.fault, error.message);
        throw error;
      }
    },

    read,

    async readInput(object) {
      return (await held?.find(object.sha256)) ?? read(object);
    },

    async sample(bytes, side, signal) {
      try {
        const decoded = await check(bytes, { signal, sampleSide: side });
        if (!decoded.sample) throw new AppError("INTERNAL", "the decoder gave no sample");
        return { ...decoded, sample: decoded.sample };
      } catch (error) {
        throw inputError(error);
      }
    },

    async roomProblem() {
      return (await store.roomProblem())?.message ?? null;
    },
    lookAround: async () => ({ diskId, ...(await store.lookAround()) }),
    spool: r2 && { diskId, move: store.move, dropFile: store.dropFile, r2Problem: store.r2Problem },

    signedUrl: (object, nowMs) => signer.sign(object, nowMs),
    address: (picture, nowMs) => pictureAddress({ signer, publicUrl: options.r2?.publicUrl ?? null }, picture, nowMs),
    verifyUrl: (pathAndQuery, nowMs) => signer.verify(pathAndQuery, nowMs),

    async close() {
      await Promise.all([pool.close(), r2?.close()]);
    },
  };
}

/** A caller's picture that breaks a rule is the caller's fault; a store that fails is ours. */
function inputError(error: unknown): unknown {
  if (PictureProblem.is(error)) {
    const problems = [{ field: "image", rule: error.message }];
    const code = error.rule === "too_large" ? "PAYLOAD_TOO_LARGE" : "BAD_REQUEST";
    return new AppError(code, `image ${error.message}`, { problems });
  }
  if (StorageProblem.is(error))
    return new AppError("UNAVAILABLE", `The picture cannot be stored: ${error.message}`, {
      cause: error,
      retryAfterS: 5,
    });
  return error;
}
