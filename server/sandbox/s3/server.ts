import { createHash } from "node:crypto";
import type { BlobStore } from "../blobs";
import type { Clock } from "../clock";
import type { FaultPlan } from "../faults";
import { BodyTooLarge, type Exchange, readBody, send } from "../http";
import { htmlPage } from "../http-faults";
import { listObjects, xml } from "./listing";
import { type S3Credentials, safeDecode, verifySignature } from "./sigv4";

export interface StoredObject {
  blob: string;
  size: number;
  etag: string;
  contentType: string;
  headers: Record<string, string>;
  modifiedAt: number;
}

export interface S3Deps {
  clock: Clock;
  blobs: BlobStore;
  faults: FaultPlan;
  credentials: S3Credentials;
  buckets: string[];
  /** R2's answer to checksum, ACL and chunked-trailer headers is 501. False: they are ignored. */
  strictHeaders: boolean;
}

const PUT_LIMIT = 200 * 1024 * 1024;
const KEPT_HEADERS = ["cache-control", "content-disposition", "content-encoding", "content-language", "expires"];
const UNSUPPORTED =
  /^x-amz-(checksum-|sdk-checksum-algorithm|trailer|acl$|grant-|tagging$|object-lock-|request-payer$|expected-bucket-owner$|website-)/;

class S3Error extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** An object store with R2's manners: only signed requests, R2's codes, one write per key and second. */
export class S3Server {
  readonly buckets = new Map<string, Map<string, StoredObject>>();
  private readonly lastWrite = new Map<string, number>();

  constructor(private readonly deps: S3Deps) {
    for (const bucket of deps.buckets) this.buckets.set(bucket, new Map());
  }

  async handle(exchange: Exchange): Promise<void> {
    const { res, method } = exchange;
    try {
      await this.route(exchange);
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      if (!exchange.req.complete) exchange.req.resume();
      const body = xml(`<Error><Code>${error.code}</Code><Message>${error.message}</Message></Error>`);
      send(res, error.status, method === "HEAD" ? "" : body, { "content-type": "application/xml" });
    }
  }

  /** For the worker's own uploads: no signature, any bucket. */
  async store(bucket: string, key: string, bytes: Buffer, contentType: string): Promise<StoredObject> {
    const objects = this.buckets.get(bucket) ?? new Map<string, StoredObject>();
    this.buckets.set(bucket, objects);
    const object: StoredObject = {
      blob: await this.deps.blobs.put(bytes),
      size: bytes.length,
      etag: `"${createHash("md5").update(bytes).digest("hex")}"`,
      contentType,
      headers: {},
      modifiedAt: this.deps.clock.now(),
    };
    const before = objects.get(key);
    objects.set(key, object);
    if (before !== undefined) this.deps.blobs.release(before.blob);
    return object;
  }

  private async route(exchange: Exchange): Promise<void> {
    const { method, path, headers, req } = exchange;
    const [bucket = "", ...rest] = path.slice(1).split("/").map(safeDecode);
    const key = rest.join("/");
    const isListing = key === "" && method === "GET";
    const operation = isListing ? "list" : method.toLowerCase();
    if (this.struck(exchange, operation)) return;
    const verdict = verifySignature(
      { method, path, rawQuery: exchange.rawQuery, headers },
      this.deps.credentials,
      Date.now(),
    );
    const isOpenToAll = this.deps.faults.isWorld("any_key", "s3");
    if (!verdict.ok && !isOpenToAll) throw new S3Error(verdict.status, verdict.code, verdict.message);
    if (this.deps.strictHeaders) refuseUnsupported(exchange);
    if (bucket === "") throw new S3Error(403, "AccessDenied", "Access Denied");
    if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket)) {
      throw new S3Error(400, "InvalidBucketName", "The specified bucket name is not valid.");
    }
    const objects = this.buckets.get(bucket);
    if (objects === undefined) throw new S3Error(404, "NoSuchBucket", "The specified bucket does not exist.");
    if (isListing) return listObjects(exchange, bucket, objects);
    if (key === "") {
      if (method === "HEAD") return send(exchange.res, 200, "");
      throw new S3Error(501, "NotImplemented", `${method} on a bucket is not implemented`);
    }
    if (Buffer.byteLength(key) > 1024) throw new S3Error(400, "InvalidArgument", "The key is longer than 1024 bytes.");
    if (method === "PUT") return this.put(exchange, bucket, key, verdict.ok ? verdict.payloadHash : "UNSIGNED-PAYLOAD");
    req.resume();
    if (method === "GET" || method === "HEAD") return this.get(exchange, objects, key);
    if (method !== "DELETE") throw new S3Error(501, "NotImplemented", `${method} is not implemented`);
    const object = objects.get(key);
    objects.delete(key);
    if (object !== undefined) this.deps.blobs.release(object.blob);
    send(exchange.res, 204, "");
  }

  private async put(exchange: Exchange, bucket: string, key: string, payloadHash: string): Promise<void> {
    const { headers, req, res } = exchange;
    if (headers["x-amz-copy-source"] !== undefined) throw new S3Error(501, "NotImplemented", "copy is not implemented");
    if (headers["content-length"] === undefined) {
      throw new S3Error(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
    }
    let bytes: Buffer;
    try {
      bytes = await readBody(req, PUT_LIMIT);
    } catch (error) {
      if (error instanceof BodyTooLarge)
        throw new S3Error(400, "EntityTooLarge", "Your proposed upload exceeds the maximum size.");
      throw error;
    }
    const sha = createHash("sha256").update(bytes).digest("hex");
    if (payloadHash !== "UNSIGNED-PAYLOAD" && payloadHash !== sha) {
      throw new S3Error(400, "BadDigest", "The x-amz-content-sha256 you specified did not match what we received.");
    }
    const md5 = headers["content-md5"];
    if (md5 !== undefined && md5 !== createHash("md5").update(bytes).digest("base64")) {
      throw new S3Error(400, "BadDigest", "The Content-MD5 you specified did not match what we received.");
    }
    const before = this.buckets.get(bucket)?.get(key);
    const ifNoneMatch = headers["if-none-match"];
    if (ifNoneMatch === "*" && before !== undefined) throw preconditionFailed();
    const ifMatch = headers["if-match"];
    if (ifMatch !== undefined && before?.etag !== ifMatch) throw preconditionFailed();
    this.mayWrite(`${bucket}/${key}`);
    const struck = this.deps.faults.forStore({ provider: "s3", operation: "put" });
    if (struck?.kind === "unavailable") throw unavailable();
    const kept = struck?.kind === "wrong_bytes" ? corrupted(bytes) : bytes;
    const object = await this.store(bucket, key, kept, headers["content-type"] ?? "application/octet-stream");
    if (struck?.kind === "wrong_bytes") object.etag = `"${createHash("md5").update(bytes).digest("hex")}"`;
    for (const [name, value] of Object.entries(headers)) {
      if ((KEPT_HEADERS.includes(name) || name.startsWith("x-amz-meta-")) && typeof value === "string")
        object.headers[name] = value;
    }
    send(res, 200, "", { etag: object.etag });
  }

  private get({ headers, method, query, res }: Exchange, objects: Map<string, StoredObject>, key: string): void {
    const object = objects.get(key);
    if (object === undefined) throw new S3Error(404, "NoSuchKey", "The specified key does not exist.");
    const answer: Record<string, string> = {
      ...object.headers,
      "content-type": query.get("response-content-type") ?? object.contentType,
      etag: object.etag,
      "last-modified": new Date(object.modifiedAt).toUTCString(),
      "accept-ranges": "bytes",
    };
    const disposition = query.get("response-content-disposition");
    if (disposition !== null) answer["content-disposition"] = disposition;
    if (headers["if-match"] !== undefined && headers["if-match"] !== object.etag) throw preconditionFailed();
    const noneMatch = headers["if-none-match"];
    if (noneMatch !== undefined && (noneMatch === "*" || noneMatch.split(/,\s*/).includes(object.etag))) {
      res.writeHead(304, { etag: object.etag });
      return void res.end();
    }
    const bytes = method === "HEAD" ? null : this.deps.blobs.get(object.blob);
    const range = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? "");
    if (range !== null && (range[1] !== "" || range[2] !== "")) {
      const [, first = "", last = ""] = range;
      const start = first === "" ? Math.max(0, object.size - Number(last)) : Number(first);
      const end = first === "" || last === "" ? object.size - 1 : Math.min(Number(last), object.size - 1);
      if (start > end || start >= object.size)
        throw new S3Error(416, "InvalidRange", "The requested range is not satisfiable");
      answer["content-range"] = `bytes ${start}-${end}/${object.size}`;
      res.writeHead(206, { ...answer, "content-length": String(end - start + 1) });
      return void res.end(bytes?.subarray(start, end + 1));
    }
    res.writeHead(200, { ...answer, "content-length": String(object.size) });
    res.end(bytes ?? undefined);
  }

  /** R2 takes one write per key and second. */
  private mayWrite(path: string): void {
    const now = this.deps.clock.now();
    const last = this.lastWrite.get(path);
    if (last !== undefined && now - last < 1_000) {
      throw new S3Error(429, "TooManyRequests", "Reduce your concurrent request rate for the same object. (10058)");
    }
    this.lastWrite.delete(path);
    this.lastWrite.set(path, now);
    for (const [old, at] of this.lastWrite) {
      if (now - at < 1_000) break;
      this.lastWrite.delete(old);
    }
  }

  private struck(exchange: Exchange, operation: string): boolean {
    const { res, req } = exchange;
    const strike = this.deps.faults.forCall({ provider: "s3", operation });
    if (strike !== null) {
      if (strike.kind === "hang" || strike.kind === "accept_then_hang") return true;
      if (strike.kind === "reset" || strike.kind === "accept_then_reset") {
        req.socket.resetAndDestroy();
        return true;
      }
      if (strike.kind === "forbidden") throw new S3Error(403, "AccessDenied", "Access Denied");
      if (strike.kind === "unauthorized") throw new S3Error(401, "Unauthorized", "Unauthorized");
      if (strike.kind === "not_found") throw new S3Error(404, "NoSuchBucket", "The specified bucket does not exist.");
      if (strike.kind === "rate_limited") throw new S3Error(429, "TooManyRequests", "Reduce your request rate.");
      if (strike.html) {
        send(res, strike.value ?? 500, htmlPage(strike.value ?? 500), { "content-type": "text/html" });
        return true;
      }
      throw new S3Error(strike.value ?? 500, "InternalError", "We encountered an internal error. Please try again.");
    }
    if (this.deps.faults.isWorld("key_revoked", "s3")) throw new S3Error(401, "Unauthorized", "Unauthorized");
    // A put asks when its body is there: asking twice would spend a rule's count twice.
    if (operation === "put" || this.deps.faults.forStore({ provider: "s3", operation })?.kind !== "unavailable")
      return false;
    throw unavailable();
  }
}

const unavailable = () => new S3Error(503, "ServiceUnavailable", "Service is unable to handle request.");

const preconditionFailed = () =>
  new S3Error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold.");

function refuseUnsupported({ headers, query }: Exchange): void {
  const found = [...Object.keys(headers), ...query.keys()].find((name) => UNSUPPORTED.test(name.toLowerCase()));
  const isChunked =
    headers["content-encoding"]?.includes("aws-chunked") ||
    String(headers["x-amz-content-sha256"]).startsWith("STREAMING-");
  if (found === undefined && !isChunked) return;
  const name = found ?? "x-amz-content-sha256";
  const value = String(headers[name] ?? query.get(name) ?? "");
  throw new S3Error(501, "NotImplemented", `Header '${name}' with value '${value}' not implemented`);
}

function corrupted(bytes: Buffer): Buffer {
  const wrong = Buffer.from(bytes);
  if (wrong.length === 0) return Buffer.from([0]);
  const at = wrong.length >> 1;
  wrong[at] = (wrong[at] ?? 0) ^ 0xff;
  return wrong;
}
