import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { objectKeyOf } from "@/server/domain/object-key";
import { Secret } from "@/server/domain/secret";
import { type Sandbox, startSandbox } from "@/server/sandbox/start-sandbox";
import { sha256Of } from "./object-key";
import { fromBytes } from "./object-source";
import { createR2Store, type R2Store } from "./r2-store";

// The sandbox's store checks signatures and refuses the headers that R2 refuses: it knows nothing of this client.
let sandbox: Sandbox;
const stores: R2Store[] = [];
beforeAll(async () => {
  sandbox = await startSandbox({ seed: 7 });
});
afterAll(() => sandbox.stop());
afterEach(async () => {
  sandbox.removeFaults();
  await Promise.all(stores.splice(0).map((store) => store.close()));
});

function storeWith(changes: { accessKeyId?: string; secretAccessKey?: string; bucket?: string } = {}): R2Store {
  const { s3AccessKeyId, s3SecretAccessKey, bucket } = sandbox.credentials;
  const store = createR2Store(
    {
      endpoint: sandbox.urls.s3,
      bucket: changes.bucket ?? bucket,
      accessKeyId: new Secret(changes.accessKeyId ?? s3AccessKeyId),
      publicUrl: null,
      secretAccessKey: new Secret(changes.secretAccessKey ?? s3SecretAccessKey),
    },
    { pauseMs: 400, timeoutMs: 10_000 },
  );
  stores.push(store);
  return store;
}
let serial = 0;
function picture() {
  serial += 1;
  const bytes = Buffer.from(`picture ${serial} ${"x".repeat(50_000)}`);
  const sha256 = sha256Of(bytes);
  return { bytes, sha256, key: objectKeyOf(sha256, "image/webp"), object: { sha256, mimeType: "image/webp" as const } };
}

describe("createR2Store against the sandbox's object store", () => {
  it("stores and reads back with a signature that the store accepts", async () => {
    const { bytes, key, object, sha256 } = picture();
    const store = storeWith();
    await store.write(key, fromBytes(bytes), object);
    expect(Buffer.from(await store.read(key, sha256))).toEqual(bytes);
  });

  it("outlasts the limit of one write per key and second", async () => {
    const { bytes, key, object } = picture();
    const store = storeWith();
    await Promise.all([store.write(key, fromBytes(bytes), object), store.write(key, fromBytes(bytes), object)]);
  });

  it.each([
    ["a wrong secret", { secretAccessKey: "wrong" }, "refused_key"],
    ["an unknown key", { accessKeyId: "unknown" }, "refused_key"],
    ["a bucket that is not there", { bucket: "no-such-bucket" }, "missing_bucket"],
  ] as const)("tells %s from the others", async (_name, changes, fault) => {
    const { bytes, key, object } = picture();
    await expect(storeWith(changes).write(key, fromBytes(bytes), object)).rejects.toMatchObject({ fault });
  });

  it("finds out that the store kept other bytes", async () => {
    sandbox.addFault({ fault: "wrong_bytes", provider: "s3", operation: "put" });
    const { bytes, key, object } = picture();
    await expect(storeWith().write(key, fromBytes(bytes), object)).rejects.toMatchObject({ fault: "wrong_bytes" });
  });

  it("gets through a store that breaks twice, and gives up on one that stays down", async () => {
    const { bytes, key, object } = picture();
    sandbox.addFault({ fault: "server_error", provider: "s3", operation: "put", value: 503, count: 1 });
    sandbox.addFault({ fault: "reset", provider: "s3", operation: "get", count: 1 });
    const store = storeWith();
    await store.write(key, fromBytes(bytes), object);
    sandbox.addFault({ fault: "unavailable", provider: "s3" });
    await expect(store.read(key, object.sha256)).rejects.toMatchObject({ fault: "unavailable" });
  });
});
