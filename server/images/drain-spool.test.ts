import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asc } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { spoolDepths } from "@/db/queries/spool";
import { images } from "@/db/schema";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { objectKeyOf } from "@/server/domain/object-key";
import { addRevision } from "@/server/rollout/gates/testing/rows";
import { createDiskStore, type DiskStore } from "./disk-store";
import { drainSpool } from "./drain-spool";
import { sha256Of } from "./object-key";
import { createObjectStore, type ObjectStore } from "./object-store";
import { createR2Store, type R2Store } from "./r2-store";
import { type FakeBucket, startFakeBucket } from "./testing/fake-bucket";
import { addPicture } from "./testing/picture-rows";

let database: TestDatabase;
let connection: Connection;
let directory: string;
let bucket: FakeBucket;
let disk: DiskStore;
let r2: R2Store;
let store: ObjectStore;
let errors: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  await addRevision(connection.db, "production", { shareBp: 0, at: new Date() });
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "switchyard-drain-"));
  bucket = await startFakeBucket();
  disk = createDiskStore({ directory });
  r2 = createR2Store(bucket.settings, { tries: 1, pauseMs: 1 });
  store = createObjectStore({ disk, diskId: "mine", r2, now: Date.now });
  errors = [];
});
afterEach(async () => {
  await connection.db.delete(images);
  await r2.close();
  await bucket.close();
  await rm(directory, { recursive: true, force: true });
});

async function spooled(text: string, diskId: string | null = "mine") {
  const bytes = Buffer.from(text);
  const sha256 = sha256Of(bytes);
  const objectKey = objectKeyOf(sha256, "image/png");
  await disk.write(objectKey, bytes, sha256);
  const row = { sha256, objectKey, location: "disk" as const, diskId, sizeBytes: bytes.byteLength };
  await addPicture(connection.db, "production", row);
  return { bytes, ...row };
}
const drain = () =>
  drainSpool({
    db: connection.db,
    spool: { diskId: "mine", move: store.move, dropFile: store.dropFile, r2Problem: store.r2Problem },
    log: { info: () => undefined, error: (text, fields) => void errors.push(`${text} ${fields?.objectKey}`) },
  });
const rows = () =>
  connection.db
    .select({ objectKey: images.objectKey, location: images.location, diskId: images.diskId })
    .from(images)
    .orderBy(asc(images.createdAt), asc(images.id));

describe("drainSpool", () => {
  it("moves what lies on this disk, once for all generations that share it, and says so in every row", async () => {
    const one = await spooled("one");
    await spooled("one");
    const old = await spooled("from before disks had names", null);
    const other = await spooled("of another machine", "other");
    await disk.remove(other.objectKey);
    expect(await drain()).toEqual({ moved: 2, stuck: 0, problem: null });
    const inR2 = { location: "r2", diskId: null };
    expect(await rows()).toEqual([
      { objectKey: one.objectKey, ...inR2 },
      { objectKey: one.objectKey, ...inR2 },
      { objectKey: old.objectKey, ...inR2 },
      { objectKey: other.objectKey, location: "disk", diskId: "other" },
    ]);
    expect(Buffer.from(await store.read({ ...one, ...inR2, location: "r2" }))).toEqual(one.bytes);
    expect(await disk.find(one.objectKey)).toBeNull();
    expect(bucket.calls.filter((call) => call.startsWith("PUT"))).toHaveLength(2);
    expect(await spoolDepths(connection.db)).toMatchObject([{ diskId: "other", pictures: 1 }]);
  });

  it("takes no file and changes no row while R2 is away, and asks it once, not once for each picture", async () => {
    for (let n = 0; n < 20; n += 1) await spooled(`picture ${n}`);
    bucket.intercept = () => ({ status: 503 });
    expect(await drain()).toMatchObject({ moved: 0, problem: expect.stringMatching(/503/) });
    expect(bucket.calls.length).toBeLessThan(5);
    expect((await rows()).every(({ location }) => location === "disk")).toBe(true);
  });

  it("goes on where a run was killed: after the copy, and after the row", async () => {
    const copied = await spooled("killed after the copy");
    expect(await store.move(copied.objectKey)).toBe("moved");
    const marked = await spooled("killed after the row, then made again");
    await store.move(marked.objectKey);
    await disk.remove(marked.objectKey);
    expect(await drain()).toEqual({ moved: 2, stuck: 0, problem: null });
    expect((await rows()).every(({ location }) => location === "r2")).toBe(true);
  });

  it("loses nothing when two run at once on one disk", async () => {
    const kept = [];
    for (let n = 0; n < 30; n += 1) kept.push(await spooled(`shared ${n}`));
    const results = await Promise.all([drain(), drain()]);
    expect(results.map(({ problem }) => problem)).toEqual([null, null]);
    expect((await rows()).every(({ location }) => location === "r2")).toBe(true);
    for (const { objectKey, sha256 } of kept) expect(await r2.holds(objectKey, sha256)).toBe(true);
    expect(errors).toEqual([]);
  });

  it("passes by what is damaged or refused, and keeps it", async () => {
    const damaged = await spooled("damaged");
    await writeFile(join(directory, damaged.objectKey), "other bytes");
    const refused = await spooled("refused");
    const good = await spooled("good");
    bucket.intercept = (method, path) =>
      method === "PUT" && path.endsWith(refused.objectKey) ? { status: 400, code: "InvalidArgument" } : null;
    expect(await drain()).toEqual({ moved: 1, stuck: 2, problem: null });
    expect(errors).toHaveLength(2);
    expect(await disk.find(refused.objectKey)).not.toBeNull();
    expect(await r2.holds(good.objectKey, good.sha256)).toBe(true);
    expect(await store.r2Problem()).toBeNull();
  });
});
