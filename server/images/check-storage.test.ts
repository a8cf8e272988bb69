import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { R2Settings } from "@/server/config";
import { Secret } from "@/server/domain/secret";
import type { StorageStepName } from "@/server/domain/storage";
import { type Sandbox, startSandbox } from "@/server/sandbox/start-sandbox";
import { checkR2 } from "./check-r2";
import { bucketOf, checkStorage } from "./check-storage";
import { parseObjectKey } from "./object-key";
import { createR2Store } from "./r2-store";
import { startFakeBucket } from "./testing/fake-bucket";

let sandbox: Sandbox;
let web: Server;
let directory: string;
beforeAll(async () => {
  sandbox = await startSandbox({ seed: 11 });
  // What stands at many a mistyped address.
  web = createServer((_req, res) => res.writeHead(404, { "content-type": "text/html" }).end("<html>not here</html>"));
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  web.closeAllConnections();
  web.close();
  await sandbox.stop();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "switchyard-check-"));
});
afterEach(async () => {
  sandbox.removeFaults();
  await rm(directory, { recursive: true, force: true });
});

type Change = "endpoint" | "bucket" | "accessKeyId" | "secretAccessKey" | "publicUrl";
function settings(changes: Partial<Record<Change, string>> = {}) {
  const { s3AccessKeyId, s3SecretAccessKey, bucket } = sandbox.credentials;
  return {
    endpoint: changes.endpoint ?? sandbox.urls.s3,
    bucket: changes.bucket ?? bucket,
    accessKeyId: new Secret(changes.accessKeyId ?? s3AccessKeyId),
    secretAccessKey: new Secret(changes.secretAccessKey ?? s3SecretAccessKey),
    publicUrl: changes.publicUrl ?? null,
  } satisfies R2Settings;
}
const check = (changes = {}, now = Date.now) => checkR2(settings(changes), now, { timeoutMs: 5_000 });
const failedStep = (steps: { step: StorageStepName; outcome: string }[]) =>
  steps.find(({ outcome }) => outcome === "failed")?.step;

describe("checkR2", () => {
  it("puts, looks, gets with hash, opens a signed address, is refused without or after it, and deletes", async () => {
    const report = await check();
    expect(report).toMatchObject({ store: "r2", ok: true, fault: null, problem: null });
    expect(report.steps.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
      "put passed",
      "head passed",
      "get passed",
      "signed_url passed",
      "private passed",
      "expiry passed",
      "delete passed",
    ]);
    const store = createR2Store(settings());
    expect(await store.find(report.object.key)).toBeNull();
    await store.close();
    expect(JSON.stringify(report)).not.toContain("X-Amz-Signature");
  });

  it.each([
    ["a wrong secret", { secretAccessKey: "canary-wrong" }, "refused_key", /R2_SECRET_ACCESS_KEY/],
    ["an unknown key", { accessKeyId: "canary-unknown" }, "refused_key", /R2_ACCESS_KEY_ID/],
    ["a bucket that is not there", { bucket: "no-such-bucket" }, "missing_bucket", /R2_BUCKET/],
    ["a name that nothing has", { endpoint: "http://store.invalid" }, "wrong_endpoint", /R2_ENDPOINT/],
    ["an address where nobody listens", { endpoint: "http://127.0.0.1:1" }, "unavailable", /ECONNREFUSED/],
  ] as const)("names %s as such", async (_name, changes, fault, told) => {
    const report = await check(changes);
    expect(report).toMatchObject({ ok: false, fault, problem: expect.stringMatching(told) });
    expect(failedStep(report.steps)).toBe("put");
    expect(JSON.stringify(report)).not.toMatch(/canary/);
  });

  it("names a clock that is wrong and says by how much", async () => {
    const bucket = await startFakeBucket();
    bucket.intercept = () => ({
      status: 403,
      code: "RequestTimeTooSkewed",
      headers: { date: new Date(Date.now() + 2 * 3_600_000).toUTCString() },
    });
    const report = await checkR2(bucket.settings);
    await bucket.close();
    expect(report).toMatchObject({ fault: "clock_skew", problem: expect.stringMatching(/it is 7[12]\d\d s behind/) });
  });

  it("names a web server as a wrong endpoint", async () => {
    const { port } = web.address() as AddressInfo; // listening on TCP, so neither null nor a pipe
    expect(await check({ endpoint: `http://127.0.0.1:${port}` })).toMatchObject({ fault: "wrong_endpoint" });
  });

  it("asks the bucket's own domain for the very object, and says what is wrong with it", async () => {
    const store = createR2Store(settings());
    let damage = (bytes: Uint8Array): Uint8Array => bytes;
    // What Cloudflare does for a custom domain: the key alone, no bucket, no signature.
    const domain = createServer(async ({ url = "" }, res) => {
      const key = url.slice(1);
      const sha256 = parseObjectKey(key)?.sha256 ?? "";
      res.end(damage(await store.read(key, sha256)));
    });
    await new Promise<void>((resolve) => domain.listen(0, "127.0.0.1", resolve));
    try {
      const publicUrl = `http://127.0.0.1:${(domain.address() as AddressInfo).port}`; // listening on TCP
      const good = await check({ publicUrl });
      expect(good).toMatchObject({ ok: true });
      expect(good.steps.at(-2)).toMatchObject({ step: "public_url", outcome: "passed" });
      damage = (bytes) => bytes.subarray(1);
      expect(await check({ publicUrl })).toMatchObject({ fault: "wrong_bytes" });
      const { port } = web.address() as AddressInfo; // listening on TCP
      const stranger = await check({ publicUrl: `http://127.0.0.1:${port}` });
      expect(stranger).toMatchObject({
        fault: "wrong_endpoint",
        problem: expect.stringMatching(/R2_PUBLIC_URL.* 404/),
      });
      expect(stranger.steps.at(-1)).toMatchObject({ step: "delete", outcome: "passed" });
      expect(await check({ publicUrl: "http://127.0.0.1:1" })).toMatchObject({ fault: "unavailable" });
    } finally {
      domain.closeAllConnections();
      domain.close();
      await store.close();
    }
  });

  it.each([
    ["unavailable", "put", "put", "unavailable"],
    ["wrong_bytes", "put", "get", "wrong_bytes"],
    ["rate_limited", "head", "head", "unavailable"],
    ["reset", "get", "get", "unavailable"],
    ["forbidden", "delete", "delete", "refused_key"],
    ["server_error", "get", "get", "unavailable"],
  ] as const)("says at which step the store's fault %s on %s shows", async (fault, operation, step, named) => {
    sandbox.addFault({ fault, provider: "s3", operation });
    const report = await check();
    expect([failedStep(report.steps), report.fault]).toEqual([step, named]);
  });

  it("takes its object away also when a step in the middle failed", async () => {
    sandbox.addFault({ fault: "wrong_bytes", provider: "s3", operation: "put" });
    const report = await check();
    expect(report.steps.at(-1)).toMatchObject({ step: "delete", outcome: "passed" });
    expect(report.steps.filter(({ outcome }) => outcome === "left_out").map(({ step }) => step)).toEqual([
      "signed_url",
      "private",
      "expiry",
    ]);
  });
});

describe("checkStorage", () => {
  const secret = Buffer.from("s".repeat(32));

  it("tries the disk alone without a bucket and leaves no file", async () => {
    const config = { r2: null, sandbox: null, dataDir: directory };
    const [disk, ...others] = await checkStorage({ config, secret }, "production");
    expect(others).toEqual([]);
    expect(disk).toMatchObject({ store: "disk", ok: true, where: directory });
    const left = await readdir(directory, { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile())).toEqual([]);
  });

  it("says what is wrong with the disk", async () => {
    await writeFile(join(directory, "objects"), "a file in the way");
    const config = { r2: null, sandbox: null, dataDir: directory };
    const [disk] = await checkStorage({ config, secret }, "production");
    expect(disk).toMatchObject({ ok: false, fault: "disk_failed" });
  });

  it("tries the configured bucket, and the sandbox's own in a sandbox without one", async () => {
    const connection = { urls: sandbox.urls, credentials: sandbox.credentials, clockFactor: 1 };
    const config = { r2: null, sandbox: connection, dataDir: directory };
    const configured = { ...config, r2: settings({ bucket: "the-real-one" }) };
    expect(bucketOf(configured, "sandbox")?.bucket).toBe("the-real-one");
    expect(bucketOf(configured, "production")?.bucket).toBe("the-real-one");
    expect(bucketOf(config, "production")).toBeNull();
    const stores = await checkStorage({ config, secret }, "sandbox");
    expect(stores.map(({ store, ok }) => `${store} ${ok}`)).toEqual(["disk true", "r2 true"]);
  });
});
