import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { checklistResults, environments, images } from "@/db/schema";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { verifyAudit } from "@/server/audit/verify-audit";
import { localPrincipal } from "@/server/auth/access";
import { newId } from "@/server/domain/ids";
import { objectKeyOf } from "@/server/domain/object-key";
import { Secret } from "@/server/domain/secret";
import type { Source } from "@/server/domain/vocabulary";
import { addRevision } from "@/server/rollout/gates/testing/rows";
import type { Operator } from "@/server/rollout/types";
import { type Sandbox, startSandbox } from "@/server/sandbox/start-sandbox";
import { changeKeepDays } from "./change-keep-days";
import { createDiskStore } from "./disk-store";
import { expirePictures } from "./expire-pictures";
import { sha256Of } from "./object-key";
import { fromBytes } from "./object-source";
import type { Stores } from "./open-stores";
import { createR2Store } from "./r2-store";
import { readPicture } from "./read-picture";
import { sweepStorage } from "./sweep-storage";
import { addPicture } from "./testing/picture-rows";

const DAY_MS = 86_400_000;
const operator: Operator = { principal: localPrincipal("mira"), via: "cli", requestId: null };
const REASON = "as the contract with the agency says";
const log = { info: () => undefined, warn: () => undefined };

let database: TestDatabase;
let connection: Connection;
let sandbox: Sandbox;
let directory: string;
let stores: Stores & { r2: NonNullable<Stores["r2"]> };
/** Two days from now: everything that a test writes is older than the safety age. */
const later = () => Date.now() + 2 * DAY_MS;
const ago = (days: number) => new Date(later() - days * DAY_MS);

beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  sandbox = await startSandbox({ seed: 5 });
});
afterAll(async () => {
  await sandbox.stop();
  await connection.close();
  await database.drop();
});
let environment: string;
let tests = 0;
beforeEach(async () => {
  tests += 1;
  environment = `environment-${tests}`;
  await addRevision(connection.db, environment, { shareBp: 0, at: new Date() });
  directory = await mkdtemp(join(tmpdir(), "switchyard-tidy-"));
  const { s3AccessKeyId, s3SecretAccessKey, bucket } = sandbox.credentials;
  const r2 = createR2Store({
    endpoint: sandbox.urls.s3,
    bucket,
    accessKeyId: new Secret(s3AccessKeyId),
    secretAccessKey: new Secret(s3SecretAccessKey),
    publicUrl: null,
  });
  stores = { disk: createDiskStore({ directory }), diskId: "mine", r2 };
});
afterEach(async () => {
  await connection.db.delete(images);
  await connection.db.update(environments).set({ keepImagesDays: null });
  for await (const page of stores.r2.list("")) for (const { key } of page) await stores.r2.remove(key);
  await stores.r2.close();
  await rm(directory, { recursive: true, force: true });
});

async function put(place: "disk" | "r2", bytes: Buffer = randomBytes(64)) {
  const sha256 = sha256Of(bytes);
  const objectKey = objectKeyOf(sha256, "image/png");
  if (place === "disk") await stores.disk.write(objectKey, bytes, sha256);
  else await stores.r2.write(objectKey, fromBytes(bytes), { sha256, mimeType: "image/png" });
  const diskId = place === "disk" ? "mine" : null;
  return { bytes, sha256, objectKey, location: place, diskId, sizeBytes: bytes.byteLength };
}
const keep = (days: number | null) => changeKeepDays(connection, operator, { environment, days, reason: REASON });
const expire = (batch?: number) => expirePictures({ db: connection.db, stores, log, now: later }, batch);
const has = async (place: "disk" | "r2", key: string) =>
  (place === "disk" ? await stores.disk.find(key) : await stores.r2.find(key)) !== null;

describe.each(["disk", "r2"] as const)("pictures on %s", (place) => {
  const stored = async (days: number, source?: Source, bytes?: Buffer) => {
    const object = await put(place, bytes);
    await addPicture(connection.db, environment, { ...object, at: ago(days), source });
    return object;
  };

  it("go by age, with their rows' hash and day left; younger ones, shared ones and evidence stay", async () => {
    const old = await stored(40);
    const young = await stored(10);
    const shared = await stored(40);
    await stored(5, "api", shared.bytes);
    const evidence = await stored(40, "checklist");
    expect(await expire()).toEqual({ pictures: 0, objects: 0, left: 0 });
    await keep(30);
    expect(await expire()).toEqual({ pictures: 2, objects: 1, left: 0 });
    expect(await has(place, old.objectKey)).toBe(false);
    for (const { objectKey } of [young, shared, evidence]) expect(await has(place, objectKey)).toBe(true);
    const read = { db: connection.db, images: { read: () => Promise.reject(new Error("not asked for")) } };
    await expect(readPicture(read, old.sha256)).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringMatching(/was removed on \d{4}-\d\d-\d\d/),
    });
    expect(await expire()).toEqual({ pictures: 0, objects: 0, left: 0 });
  });

  it("go in batches that begin where the last one ended", async () => {
    for (let n = 0; n < 7; n += 1) await stored(40 + n);
    await keep(30);
    expect(await expire(2)).toMatchObject({ pictures: 7, objects: 7 });
    const kept = await stored(41);
    expect(await expire()).toMatchObject({ pictures: 0 });
    expect(await has(place, kept.objectKey)).toBe(true);
  });

  it("stay when a checklist's evidence points at them", async () => {
    const picture = await stored(40);
    const named = await addPicture(connection.db, environment, { ...(await put(place)), at: ago(40) });
    await connection.db.insert(checklistResults).values({
      id: newId(),
      environment,
      item: "txt2img",
      state: "passed",
      steps: [
        {
          name: "looked at",
          ok: true,
          words: "as asked",
          images: [{ ...picture, role: "output", mimeType: "image/png", width: 8, height: 8 }],
        },
        { name: "named", ok: true, words: "as asked", generationId: named },
      ],
      configuration: "c1",
      recordedBy: "mira",
    });
    await keep(30);
    expect(await expire()).toMatchObject({ pictures: 0 });
  });

  it("are found when no row needs them, and only removed when asked", async () => {
    const used = await stored(1);
    const orphan = await put(place);
    const expired = await stored(40);
    await connection.db.update(images).set({ expiredAt: new Date() }).where(eq(images.sha256, expired.sha256));
    if (place === "disk") await writeFile(join(directory, "objects", "notes.txt"), "a person's own");
    const sweep = (apply: boolean, what: "known" | "all", now = later) =>
      sweepStorage({ db: connection.db, stores, now }, { apply, what, olderThanMs: DAY_MS, place }, operator).then(
        ([report]) => report,
      );

    expect(await sweep(true, "all", Date.now)).toMatchObject({
      removed: { objects: 0 },
      found: { young: { objects: 2 } },
    });
    expect(await sweep(false, "all")).toMatchObject({
      removed: { objects: 0 },
      found: { used: { objects: 1 }, orphan: { objects: 1 }, expired: { objects: 1 } },
    });
    expect(await sweep(true, "known")).toMatchObject({ removed: { objects: 1 } });
    expect([await has(place, expired.objectKey), await has(place, orphan.objectKey)]).toEqual([false, true]);
    expect(await sweep(true, "all")).toMatchObject({ removed: { objects: 1 } });
    expect([await has(place, orphan.objectKey), await has(place, used.objectKey)]).toEqual([false, true]);
    expect(await verifyAudit(connection.db)).toMatchObject({ ok: true });
  });
});

describe("sweepStorage", () => {
  const all = { apply: true, what: "all", olderThanMs: DAY_MS } as const;

  it("takes a copy off the disk only when R2 has it whole", async () => {
    const moved = await put("r2");
    await put("disk", moved.bytes);
    await addPicture(connection.db, environment, moved);
    const gone = await put("disk");
    await addPicture(connection.db, environment, { ...gone, location: "r2", diskId: null });
    const [disk] = await sweepStorage({ db: connection.db, stores, now: later }, all);
    expect(disk).toMatchObject({ found: { moved: { objects: 2 } }, removed: { objects: 1 } });
    expect([await has("disk", moved.objectKey), await has("disk", gone.objectKey)]).toEqual([false, true]);
  });

  it("refuses to empty a place whose pictures this database does not know", async () => {
    for (let n = 0; n < 25; n += 1) await put("disk");
    await expect(sweepStorage({ db: connection.db, stores, now: later }, all)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringMatching(/25 of 25 objects on the disk/),
    });
    const [disk] = await sweepStorage({ db: connection.db, stores, now: later }, { ...all, force: true });
    expect(disk?.removed.objects).toBe(25);
  });

  it.each([0, 1.5, 4_000])("keeps no pictures for %d days", async (days) => {
    await expect(keep(days)).rejects.toMatchObject({ code: "BAD_REQUEST", problems: [{ field: "days" }] });
  });
});
