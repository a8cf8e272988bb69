import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import { Agent, type Dispatcher, request } from "undici";
import type { R2Settings } from "@/server/config";
import { r2Problem, unansweredProblem } from "./r2-problem";
import { StorageProblem } from "./storage-problem";

export type R2Method = "PUT" | "HEAD" | "GET" | "DELETE";

export interface R2RequestOptions {
  /**
   * Tries of one request, and the longest first pause between two of them, doubled each time. The defaults last past
   * R2's limit of one write per key and second, which two equal pictures meet.
   */
  tries?: number;
  pauseMs?: number;
  timeoutMs?: number;
  /** Told of every request that R2 bills, also of tries. */
  onBilled?: (kind: R2Billed) => void;
}

export type R2Billed = "classA" | "classB" | "free";

/**
 * How R2 bills an answered request: writes and lists are class A, reads class B, removing is free. Null: not at all,
 * where the caller had no right to it or R2 itself failed. A refused or missing object is billed like any other.
 */
export function billedAs({ method, key }: Pick<R2Call, "method" | "key">, status: number): R2Billed | null {
  if (status === 401 || status === 403 || status === 429 || status >= 500) return null;
  if (method === "DELETE") return "free";
  return method === "PUT" || key === "" ? "classA" : "classB";
}

/** What a request may carry. A stream is opened anew for each try. */
interface R2Body {
  open: () => Uint8Array | Readable;
  headers: Record<string, string>;
}

export interface R2Call {
  method: R2Method;
  /** Empty: the bucket itself. */
  key: string;
  query?: Record<string, string>;
  signal?: AbortSignal;
  body?: R2Body;
  /** False: the first answer counts, for checks that want to see it. */
  again?: boolean;
}

export interface R2Answer<T> {
  headers: Dispatcher.ResponseData["headers"];
  body: T;
}
type Consume<T> = (body: Dispatcher.ResponseData["body"]) => Promise<T>;

export const asBytes: Consume<Buffer> = async (body) => Buffer.from(await body.arrayBuffer());
/** The body's SHA-256, without keeping the body. */
export const asHash: Consume<string> = async (body) => {
  const hash = createHash("sha256");
  for await (const chunk of body) hash.update(chunk);
  return hash.digest("hex");
};
export const asNothing: Consume<null> = async (body) => {
  await body.dump();
  return null;
};

export interface R2Requests {
  /** Asks again after 429, 5xx and a broken connection; everything else is an answer. Throws StorageProblem. */
  send<T>(call: R2Call, consume: Consume<T>): Promise<R2Answer<T>>;
  /** An address that is valid for so long from `nowMs` on, for whoever has it. */
  presign(method: R2Method, key: string, validS: number, nowMs: number): Promise<string>;
  /** The address without a signature. */
  address(key: string): string;
  /** A request as a stranger with this address makes it. Gives the status; throws StorageProblem when nothing answers. */
  fetchAsStranger(url: string, signal?: AbortSignal): Promise<{ status: number; sha256: string; answeredAtMs: number }>;
  close(): Promise<void>;
}

/** Signed requests to one bucket, with path-style addresses and none of the headers that R2 refuses. */
export function createR2Requests(settings: R2Settings, options: R2RequestOptions = {}): R2Requests {
  const { tries = 4, pauseMs = 400, timeoutMs = 30_000, onBilled } = options;
  const agent = new Agent({ connect: { timeout: 3_000 }, headersTimeout: 10_000, bodyTimeout: 10_000 });
  const client = new AwsClient({
    accessKeyId: settings.accessKeyId.reveal(),
    secretAccessKey: settings.secretAccessKey.reveal(),
    service: "s3",
    region: "auto",
    retries: 0,
  });
  const address = (key: string) => `${settings.endpoint}/${settings.bucket}${key === "" ? "" : `/${key}`}`;
  const within = (signal?: AbortSignal) => {
    const limit = AbortSignal.timeout(timeoutMs);
    return signal ? AbortSignal.any([signal, limit]) : limit;
  };

  const count = (call: Pick<R2Call, "method" | "key">, status: number) => {
    const kind = billedAs(call, status);
    if (kind !== null) onBilled?.(kind);
  };

  async function once<T>(call: R2Call, consume: Consume<T>): Promise<R2Answer<T>> {
    const { method, key, query, signal, body } = call;
    const search = query ? `?${new URLSearchParams(query)}` : "";
    // The body stays out of the signing call: its hash is known already and stands in the signed header.
    const signed = await client.sign(address(key) + search, { method, headers: body?.headers ?? {} });
    const headers = Object.fromEntries(signed.headers);
    // A header of the connection, so no part of the signature: without it a stream goes in chunks, which R2 refuses.
    if (body?.headers["content-length"]) headers["content-length"] = body.headers["content-length"];
    try {
      const response = await request(signed.url, {
        method,
        headers,
        body: body?.open() ?? null,
        dispatcher: agent,
        signal: within(signal),
      });
      const { statusCode } = response;
      count(call, statusCode);
      if (statusCode >= 200 && statusCode < 300)
        return { headers: response.headers, body: await consume(response.body) };
      const text = await response.body.text();
      throw r2Problem({ method, key, bucket: settings.bucket, status: statusCode, headers: response.headers }, text);
    } catch (error) {
      if (StorageProblem.is(error)) throw error;
      signal?.throwIfAborted();
      throw unansweredProblem(error);
    }
  }

  return {
    async send(call, consume) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await once(call, consume);
        } catch (error) {
          const isWorthAgain = StorageProblem.is(error) && error.fault === "unavailable" && call.again !== false;
          if (!isWorthAgain || attempt >= tries) throw error;
          await wait(pauseMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2), undefined, { signal: call.signal });
        }
      }
    },

    async presign(method, key, validS, nowMs) {
      const datetime = new Date(nowMs).toISOString().replace(/[:-]|\.\d{3}/g, "");
      const url = `${address(key)}?X-Amz-Expires=${validS}`;
      return (await client.sign(url, { method, aws: { signQuery: true, datetime } })).url;
    },

    address,

    async fetchAsStranger(url, signal) {
      try {
        const response = await request(url, { dispatcher: agent, signal: within(signal) });
        count({ method: "GET", key: url }, response.statusCode);
        const answeredAtMs = Date.parse(String(response.headers.date));
        return { status: response.statusCode, sha256: await asHash(response.body), answeredAtMs };
      } catch (error) {
        signal?.throwIfAborted();
        throw unansweredProblem(error);
      }
    },

    close: () => agent.destroy(),
  };
}
