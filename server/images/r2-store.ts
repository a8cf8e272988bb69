import type { R2Settings } from "@/server/config";
import type { ImageMimeType } from "./image-service";
import { sha256Of } from "./object-key";
import type { ObjectSource } from "./object-source";
import { listPage } from "./r2-listing";
import { asBytes, asHash, asNothing, createR2Requests, type R2RequestOptions } from "./r2-requests";
import { StorageProblem } from "./storage-problem";

export interface ListedObject {
  key: string;
  sizeBytes: number;
  modifiedAtMs: number;
}

export interface R2Store {
  /**
   * Puts the object, then compares its size by HEAD and its hash by GET. Harmless to repeat: keys are content
   * addresses. Throws StorageProblem.
   */
  write(
    key: string,
    source: ObjectSource,
    object: { sha256: string; mimeType: ImageMimeType },
    signal?: AbortSignal,
  ): Promise<void>;
  /** Throws StorageProblem `missing`, `wrong_bytes`, or what the store answered. */
  read(key: string, sha256: string, signal?: AbortSignal): Promise<Uint8Array>;
  /** Null: there is no such object. Throws what else the store answered. */
  find(key: string, signal?: AbortSignal): Promise<ListedObject | null>;
  /** True when the object is there and its bytes have this hash; they are not kept. */
  holds(key: string, sha256: string, signal?: AbortSignal): Promise<boolean>;
  /** Harmless when it is gone already. */
  remove(key: string, signal?: AbortSignal): Promise<void>;
  /**
   * Removes the object unless it was written since `beforeMs`. Between the look and the removal lies one request, never
   * a pause: a writer's own look at what it wrote, two requests long, meets a removal that came in between.
   */
  removeOlder(key: string, beforeMs: number, signal?: AbortSignal): Promise<boolean>;
  /** All objects below the prefix, page by page. */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<ListedObject[]>;
  close(): Promise<void>;
}

const TRIES = 3;

export type R2StoreOptions = R2RequestOptions;

/** Cloudflare R2, or any store that speaks S3 with path-style addresses. */
export function createR2Store(settings: R2Settings, options: R2StoreOptions = {}): R2Store {
  const requests = createR2Requests(settings, options);
  const { send } = requests;
  const otherBytes = (key: string) =>
    new StorageProblem("wrong_bytes", `the bucket ${settings.bucket} gives back other bytes for ${key}`);

  async function find(key: string, signal?: AbortSignal): Promise<ListedObject | null> {
    const found = await send({ method: "HEAD", key, signal }, asNothing).catch(nullWhenMissing);
    if (found === null) return null;
    const { headers } = found;
    return {
      key,
      sizeBytes: Number(headers["content-length"]),
      modifiedAtMs: Date.parse(String(headers["last-modified"])),
    };
  }

  async function holds(key: string, sha256: string, signal?: AbortSignal): Promise<boolean> {
    const found = await send({ method: "GET", key, signal }, asHash).catch(nullWhenMissing);
    return found?.body === sha256;
  }

  return {
    async write(key, source, { sha256, mimeType }, signal) {
      const headers = {
        "content-type": mimeType,
        "content-length": String(source.sizeBytes),
        "cache-control": "public, max-age=31536000, immutable",
        // R2 refuses checksum headers (501); this one is part of the signature and says the same.
        "x-amz-content-sha256": sha256,
      };
      await send({ method: "PUT", key, signal, body: { open: source.open, headers } }, asNothing);
      const head = await find(key, signal);
      if (head?.sizeBytes !== source.sizeBytes)
        throw new StorageProblem("wrong_bytes", `the bucket ${settings.bucket} keeps another size of ${key}`);
      if (!(await holds(key, sha256, signal))) throw otherBytes(key);
    },

    async read(key, sha256, signal) {
      const { body } = await send({ method: "GET", key, signal }, asBytes);
      if (sha256Of(body) !== sha256) throw otherBytes(key);
      return body;
    },

    find,
    holds,

    async remove(key, signal) {
      await send({ method: "DELETE", key, signal }, asNothing).catch(nullWhenMissing);
    },

    async removeOlder(key, beforeMs, signal) {
      for (let attempt = 1; ; attempt += 1) {
        const found = await find(key, signal);
        if (found === null || found.modifiedAtMs >= beforeMs) return false;
        try {
          await send({ method: "DELETE", key, signal, again: false }, asNothing).catch(nullWhenMissing);
          return true;
        } catch (error) {
          if (!StorageProblem.is(error) || error.fault !== "unavailable" || attempt >= TRIES) throw error;
        }
      }
    },

    async *list(prefix, signal) {
      let token: string | null = null;
      do {
        const query: Record<string, string> = { "list-type": "2", prefix, "max-keys": "1000" };
        if (token !== null) query["continuation-token"] = token;
        const { body } = await send({ method: "GET", key: "", query, signal }, asBytes);
        const page = listPage(body.toString("utf8"));
        token = page.nextToken;
        yield page.objects;
      } while (token !== null);
    },

    close: requests.close,
  };
}

function nullWhenMissing(error: unknown): null {
  if (StorageProblem.is(error) && error.fault === "missing") return null;
  throw error;
}
