import { setTimeout as wait } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import { Agent, type Dispatcher, request } from "undici";
import type { R2Settings } from "@/server/config";
import type { ImageMimeType } from "./image-service";
import { sha256Of } from "./object-key";
import { r2Problem } from "./r2-problem";
import { StorageProblem } from "./storage-problem";

export interface R2Store {
  /**
   * Puts the object, then compares its size by HEAD and its hash by GET. Harmless to repeat: keys are content
   * addresses. Throws StorageProblem.
   */
  write(
    key: string,
    bytes: Uint8Array,
    object: { sha256: string; mimeType: ImageMimeType },
    signal?: AbortSignal,
  ): Promise<void>;
  /** Throws StorageProblem `missing`, `wrong_bytes`, or what the store answered. */
  read(key: string, sha256: string, signal?: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface R2StoreOptions {
  /**
   * Tries of one request, and the longest first pause between two of them, doubled each time. The defaults last past
   * R2's limit of one write per key and second, which two equal pictures meet.
   */
  tries?: number;
  pauseMs?: number;
  timeoutMs?: number;
}

interface Answer {
  status: number;
  headers: Dispatcher.ResponseData["headers"];
  body: Buffer;
}

/** Cloudflare R2, or any store that speaks S3 with path-style addresses. */
export function createR2Store(settings: R2Settings, options: R2StoreOptions = {}): R2Store {
  const { tries = 4, pauseMs = 400, timeoutMs = 30_000 } = options;
  const agent = new Agent({ connect: { timeout: 3_000 }, headersTimeout: 10_000, bodyTimeout: 10_000 });
  const client = new AwsClient({
    accessKeyId: settings.accessKeyId.reveal(),
    secretAccessKey: settings.secretAccessKey.reveal(),
    service: "s3",
    region: "auto",
    retries: 0,
  });

  async function once(
    method: "PUT" | "HEAD" | "GET",
    key: string,
    signal: AbortSignal | undefined,
    put?: { bytes: Uint8Array; headers: Record<string, string> },
  ): Promise<Answer> {
    const url = `${settings.endpoint}/${settings.bucket}/${key}`;
    // The body stays out of the signing call: its hash is known already and stands in the signed header.
    const signed = await client.sign(url, { method, headers: put?.headers ?? {} });
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      const response = await request(signed.url, {
        method,
        headers: Object.fromEntries(signed.headers),
        body: put?.bytes ?? null,
        dispatcher: agent,
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      const body = Buffer.from(await response.body.arrayBuffer());
      return { status: response.statusCode, headers: response.headers, body };
    } catch (error) {
      signal?.throwIfAborted();
      const code = error instanceof Error && "code" in error ? String(error.code) : "no answer";
      throw new StorageProblem("unavailable", `the bucket's address does not answer (${code})`);
    }
  }

  /** Asks again after 429, 5xx and a broken connection; everything else is an answer. */
  async function send(...call: Parameters<typeof once>): Promise<Answer> {
    const [method, key, signal] = call;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await once(...call).catch((error: unknown) => {
        if (StorageProblem.is(error)) return error;
        throw error;
      });
      const problem = StorageProblem.is(outcome)
        ? outcome
        : r2Problem(method, key, settings.bucket, outcome.status, outcome.body.toString("utf8"));
      if (!problem && !StorageProblem.is(outcome)) return outcome;
      if (problem && (problem.fault !== "unavailable" || attempt >= tries)) throw problem;
      await wait(pauseMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2), undefined, { signal });
    }
  }

  async function read(key: string, sha256: string, signal?: AbortSignal): Promise<Uint8Array> {
    const { body } = await send("GET", key, signal);
    if (sha256Of(body) !== sha256)
      throw new StorageProblem("wrong_bytes", `the bucket ${settings.bucket} gives back other bytes for ${key}`);
    return body;
  }

  return {
    async write(key, bytes, { sha256, mimeType }, signal) {
      await send("PUT", key, signal, {
        bytes,
        headers: {
          "content-type": mimeType,
          "cache-control": "public, max-age=31536000, immutable",
          // R2 refuses checksum headers (501); this one is part of the signature and says the same.
          "x-amz-content-sha256": sha256,
        },
      });
      const head = await send("HEAD", key, signal);
      if (Number(head.headers["content-length"]) !== bytes.byteLength) {
        throw new StorageProblem("wrong_bytes", `the bucket ${settings.bucket} keeps another size of ${key}`);
      }
      await read(key, sha256, signal);
    },
    read,
    close: () => agent.destroy(),
  };
}
