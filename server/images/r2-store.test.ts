import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { objectKeyOf } from "@/server/domain/object-key";
import { sha256Of } from "./object-key";
import { fromBytes } from "./object-source";
import { billedAs } from "./r2-requests";
import { createR2Store, type R2Store } from "./r2-store";
import { StorageProblem } from "./storage-problem";
import { type FakeBucket, startFakeBucket } from "./testing/fake-bucket";

const bytes = Buffer.from("the bytes of a picture");
const sha256 = sha256Of(bytes);
const mimeType = "image/png";
const key = objectKeyOf(sha256, mimeType);
let bucket: FakeBucket;
let store: R2Store;

beforeEach(async () => {
  bucket = await startFakeBucket();
  store = createR2Store(bucket.settings, { tries: 3, pauseMs: 1, timeoutMs: 5_000 });
});
afterEach(async () => {
  await store.close();
  await bucket.close();
});

const write = (signal?: AbortSignal) => store.write(key, fromBytes(bytes), { sha256, mimeType }, signal);
async function faultOf(work: Promise<unknown>): Promise<StorageProblem> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!StorageProblem.is(error)) throw new Error(`not a storage problem: ${inspect(error)}`);
  return error;
}

// The contract's price list: writes and lists are class A, reads class B; 401 and 403 are not billed, 400 and 412 are.
it.each([
  ["PUT", "k", 200, "classA"],
  ["GET", "", 200, "classA"],
  ["GET", "k", 200, "classB"],
  ["GET", "k", 404, "classB"],
  ["HEAD", "k", 200, "classB"],
  ["DELETE", "k", 204, "free"],
  ["PUT", "k", 400, "classA"],
  ["PUT", "k", 412, "classA"],
  ["PUT", "k", 403, null],
  ["GET", "k", 401, null],
  ["PUT", "k", 429, null],
  ["PUT", "k", 503, null],
] as const)("R2 bills %s of %j answered with %i as %s", (method, objectKey, status, kind) => {
  expect(billedAs({ method, key: objectKey }, status)).toBe(kind);
});

describe("createR2Store", () => {
  it("tells of every request that is billed", async () => {
    const told: string[] = [];
    const counted = createR2Store(bucket.settings, { onBilled: (kind) => told.push(kind) });
    await counted.write(key, fromBytes(bytes), { sha256, mimeType });
    await counted.remove(key);
    await counted.close();
    expect(told).toEqual(["classA", "classB", "classB", "free"]);
  });

  it("puts, compares size and hash, and reads back", async () => {
    await write();
    expect(bucket.calls).toEqual([`PUT /pictures/${key}`, `HEAD /pictures/${key}`, `GET /pictures/${key}`]);
    expect(Buffer.from(await store.read(key, sha256))).toEqual(bytes);
  });

  it("sends type and caching, and none of the headers that R2 refuses", async () => {
    await write();
    const headers = bucket.objects.get(`/pictures/${key}`)?.headers ?? {};
    expect(headers).toMatchObject({
      "content-type": "image/png",
      "cache-control": "public, max-age=31536000, immutable",
      "x-amz-content-sha256": sha256,
      "content-length": String(bytes.byteLength),
    });
    expect(headers.authorization).toContain("/auto/s3/aws4_request");
    expect(Object.keys(headers).filter((name) => /checksum|acl|trailer|tagging/.test(name))).toEqual([]);
    expect(headers["transfer-encoding"]).toBeUndefined();
  });

  it("asks again after 429, 503 and a broken connection", async () => {
    const bad = [{ status: 429 }, { status: 0, reset: true }];
    bucket.intercept = () => bad.shift() ?? null;
    await write();
    expect(bucket.calls.filter((call) => call.startsWith("PUT"))).toHaveLength(3);
  });

  it("gives up after its tries and says that the store does not answer", async () => {
    bucket.intercept = () => ({ status: 503, code: "ServiceUnavailable" });
    const problem = await faultOf(write());
    expect(problem).toMatchObject({
      fault: "unavailable",
      message: "the bucket pictures answers 503 ServiceUnavailable",
    });
    expect(bucket.calls).toHaveLength(3);
  });

  it.each([
    [401, "Unauthorized", "refused_key"],
    [403, "AccessDenied", "refused_key"],
    [403, "SignatureDoesNotMatch", "refused_key"],
    [404, "NoSuchBucket", "missing_bucket"],
    [501, "NotImplemented", "rejected"],
    [400, "InvalidArgument", "rejected"],
  ])("asks once on %i %s and calls it %s", async (status, code, fault) => {
    bucket.intercept = () => ({ status, code });
    const problem = await faultOf(write());
    expect(problem.fault).toBe(fault);
    expect(problem.message).toContain(code);
    expect(bucket.calls).toHaveLength(1);
  });

  it("names the variables to check when the key is refused, and never a credential", async () => {
    bucket.intercept = () => ({ status: 403, code: "AccessDenied" });
    const problem = await faultOf(write());
    expect(problem.message).toContain("R2_ACCESS_KEY_ID");
    expect(inspect(problem, { depth: 9, showHidden: true })).not.toMatch(/canary/i);
  });

  it("finds a store that keeps other bytes, of the same size or another", async () => {
    bucket.keep = (sent) => Buffer.concat([sent.subarray(1), Buffer.from("x")]);
    expect((await faultOf(write())).fault).toBe("wrong_bytes");
    bucket.keep = (sent) => sent.subarray(1);
    expect((await faultOf(write())).fault).toBe("wrong_bytes");
  });

  it("tells a missing object from a store that is down", async () => {
    expect((await faultOf(store.read(key, sha256))).fault).toBe("missing");
    await bucket.close();
    const problem = await faultOf(store.read(key, sha256));
    expect(problem.fault).toBe("unavailable");
    expect(inspect(problem, { depth: 9, showHidden: true })).not.toMatch(/canary/i);
  });

  it("looks again before it tries again to remove, and leaves what was written meanwhile", async () => {
    const HOUR_MS = 3_600_000;
    await write();
    const [kept] = bucket.objects.values();
    if (!kept) throw new Error("nothing was stored");
    kept.modifiedAtMs -= 2 * HOUR_MS;
    bucket.intercept = (method) => {
      if (method !== "DELETE") return null;
      // Somebody stores the same bytes while the store is in trouble.
      kept.modifiedAtMs = Date.now();
      return { status: 503, code: "ServiceUnavailable" };
    };
    expect(await store.removeOlder(key, Date.now() - HOUR_MS)).toBe(false);
    expect(bucket.calls.filter((call) => call.startsWith("DELETE"))).toHaveLength(1);
    expect(await store.holds(key, sha256)).toBe(true);
    bucket.intercept = () => null;
    expect(await store.removeOlder(key, Date.now() + HOUR_MS)).toBe(true);
    expect(await store.removeOlder(key, Date.now() + HOUR_MS)).toBe(false);
  });

  it("stops at once when its caller gives up", async () => {
    const controller = new AbortController();
    bucket.intercept = () => {
      controller.abort(new Error("lease lost"));
      return { status: 503 };
    };
    await expect(write(controller.signal)).rejects.toThrow("lease lost");
    expect(bucket.calls).toHaveLength(1);
  });
});
