import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { objectKeyOf } from "@/server/domain/object-key";
import type { LogFields } from "@/server/log";
import { createDiskStore, type DiskStore } from "./disk-store";
import { sha256Of } from "./object-key";
import { fromBytes } from "./object-source";
import { createObjectStore, type ObjectStore } from "./object-store";
import { createR2Store, type R2Store } from "./r2-store";
import { StorageProblem } from "./storage-problem";
import { type FakeBucket, startFakeBucket } from "./testing/fake-bucket";

const bytes = Buffer.from("the bytes of a picture");
const sha256 = sha256Of(bytes);
const key = objectKeyOf(sha256, "image/png");
let directory: string;
let bucket: FakeBucket;
let disk: DiskStore;
let r2: R2Store;
let nowMs: number;
let lines: string[];
let store: ObjectStore;

const note = (level: string) => (_text: string, fields?: LogFields) => void lines.push(`${level} ${fields?.fault}`);

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "switchyard-objects-"));
  bucket = await startFakeBucket();
  disk = createDiskStore({ directory });
  r2 = createR2Store(bucket.settings, { tries: 2, pauseMs: 1 });
  nowMs = 1_000_000;
  lines = [];
  store = createObjectStore({
    disk,
    diskId: "mine",
    r2,
    now: () => nowMs,
    log: { warn: note("warn"), error: note("error") },
  });
});
afterEach(async () => {
  await r2.close();
  await bucket.close();
  await rm(directory, { recursive: true, force: true });
});

const write = () => store.write(bytes, sha256, "image/png");
const isOnDisk = () =>
  disk.read(key, sha256).then(
    () => true,
    () => false,
  );

describe("createObjectStore", () => {
  it("keeps the object on the disk alone without R2", async () => {
    const alone = createObjectStore({ disk, diskId: "mine", r2: null, now: () => nowMs });
    expect(await alone.write(bytes, sha256, "image/png")).toEqual({
      sha256,
      location: "disk",
      objectKey: key,
      diskId: "mine",
    });
  });

  it("moves on to R2 and takes the file away only when R2 gave the bytes back", async () => {
    let wasOnDisk = false;
    bucket.intercept = (method) => {
      if (method === "GET") wasOnDisk = existsSync(join(directory, key));
      return null;
    };
    expect((await write()).location).toBe("r2");
    expect(wasOnDisk).toBe(true);
    expect(await isOnDisk()).toBe(false);
  });

  it.each([
    ["does not answer", 503, "InternalError", "warn unavailable"],
    ["refuses the key", 403, "AccessDenied", "error refused_key"],
    ["has no such bucket", 404, "NoSuchBucket", "error missing_bucket"],
  ])("stands on the disk and says so when R2 %s", async (_name, status, code, line) => {
    bucket.intercept = () => ({ status, code });
    expect((await write()).location).toBe("disk");
    expect(await isOnDisk()).toBe(true);
    expect(lines).toEqual([line]);
  });

  it("stands on the disk when R2 keeps other bytes", async () => {
    bucket.keep = (sent) => Buffer.concat([sent.subarray(1), Buffer.from("x")]);
    expect((await write()).location).toBe("disk");
    expect(lines).toEqual(["error wrong_bytes"]);
    expect(Buffer.from(await store.read({ sha256, location: "disk", objectKey: key, diskId: null }))).toEqual(bytes);
  });

  it("leaves R2 alone for a while after it failed, then tries again", async () => {
    bucket.intercept = () => ({ status: 503 });
    await write();
    const calls = bucket.calls.length;
    nowMs += 14_000;
    await write();
    expect(bucket.calls).toHaveLength(calls);
    bucket.intercept = () => null;
    nowMs += 2_000;
    expect((await write()).location).toBe("r2");
  });

  it("stores in R2 alone when the disk is full", async () => {
    const full = createDiskStore({ directory, minFreeBytes: Number.MAX_SAFE_INTEGER });
    const both = createObjectStore({ disk: full, diskId: "mine", r2, now: () => nowMs });
    expect((await both.write(bytes, sha256, "image/png")).location).toBe("r2");
    bucket.intercept = () => ({ status: 503 });
    bucket.objects.clear();
    await expect(both.write(bytes, sha256, "image/png")).rejects.toMatchObject({ fault: "disk_full" });
  });

  it("reads from the other place when the object was moved since", async () => {
    await write();
    expect(Buffer.from(await store.read({ sha256, location: "disk", objectKey: key, diskId: null }))).toEqual(bytes);
    bucket.objects.clear();
    await disk.write(key, bytes, sha256);
    expect(Buffer.from(await store.read({ sha256, location: "r2", objectKey: key, diskId: null }))).toEqual(bytes);
  });

  // Regression: the other mover's success was taken for an R2 that does not answer, and stopped this one.
  it("finds in R2 what another mover on this disk took from under its hands", async () => {
    await disk.write(key, bytes, sha256);
    const raced: R2Store = {
      ...r2,
      async write() {
        await r2.write(key, fromBytes(bytes), { sha256, mimeType: "image/png" });
        await disk.remove(key);
        throw new StorageProblem("unavailable", "the bucket's address does not answer (ENOENT)");
      },
    };
    const one = createObjectStore({ disk, diskId: "mine", r2: raced, now: () => nowMs });
    expect(await one.move(key)).toBe("there");
    expect(one.r2Problem()).toBeNull();
  });

  it("says that a picture lies on another machine's disk, not that it is lost", async () => {
    const elsewhere = { sha256, location: "disk", objectKey: key, diskId: "other" } as const;
    await expect(store.read(elsewhere)).rejects.toMatchObject({ fault: "elsewhere" });
    await expect(store.read({ ...elsewhere, diskId: "mine" })).rejects.toMatchObject({ fault: "missing" });
  });

  it("has no room only when the disk is nearly full and R2 takes nothing", async () => {
    const room = async (roomBytes: number, bucketAnswers: boolean) => {
      const one = createObjectStore({ disk, diskId: "mine", r2, now: () => nowMs, roomBytes });
      bucket.intercept = () => (bucketAnswers ? null : { status: 503 });
      await one.write(bytes, sha256, "image/png");
      return (await one.roomProblem())?.message ?? null;
    };
    expect(await room(0, false)).toBeNull();
    expect(await room(Number.MAX_SAFE_INTEGER, true)).toBeNull();
    expect(await room(Number.MAX_SAFE_INTEGER, false)).toMatch(/nearly full, and R2 takes nothing: .*503/);
    const alone = createObjectStore({ disk, diskId: "mine", r2: null, now: () => nowMs, roomBytes: 1e18 });
    expect((await alone.roomProblem())?.fault).toBe("disk_full");
  });

  it("tells of a failure past the pause that it makes, until R2 takes something or it is no news", async () => {
    const full = createObjectStore({ disk, diskId: "mine", r2, now: () => nowMs, roomBytes: Number.MAX_SAFE_INTEGER });
    const found = async () => {
      const { failure, movedAgeMs, room } = await full.lookAround();
      return [failure && `${failure.problem.fault} ${failure.ageMs}`, movedAgeMs, room?.fault ?? null];
    };
    bucket.intercept = () => ({ status: 403, code: "AccessDenied" });
    await full.write(bytes, sha256, "image/png");
    nowMs += 100_000;
    expect([full.r2Problem(), await full.roomProblem()]).toEqual([null, null]);
    expect(await found()).toEqual(["refused_key 100000", null, "disk_full"]);
    nowMs += 200_000;
    expect(await found()).toEqual([null, null, null]);
    await full.move(key).catch(() => undefined);
    expect(await found()).toEqual(["refused_key 0", null, "disk_full"]);
    bucket.intercept = () => null;
    expect(await full.move(key)).toBe("moved");
    nowMs += 3_000;
    expect(await found()).toEqual([null, 3_000, null]);
  });

  it("never uses a key as a path that it did not make", async () => {
    for (const objectKey of [
      "../../etc/passwd",
      `objects/aa/bb/${sha256}.png`,
      `${key}/..`,
      key.replace(".png", ".svg"),
    ]) {
      const error = await store
        .read({ sha256, location: "disk", objectKey, diskId: null })
        .catch((thrown: unknown) => thrown);
      expect(StorageProblem.is(error) && error.fault).toBe("missing");
    }
  });
});
