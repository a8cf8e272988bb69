import { type SQL, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { ledgerByHour } from "@/db/queries/billing";
import { bucketDays, bucketWriters, costLines } from "@/db/schema";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { createBucketUsage, forgetBucketWriters } from "@/server/images/bucket-usage";
import { seedPrices } from "@/server/prices/seed-prices";
import { addGenerations, addRevision } from "@/server/rollout/gates/testing/rows";
import { bookStorage } from "./book-storage";
import { checkLedger } from "./check-ledger";
import { measureBucket } from "./measure-bucket";
import { readWeek } from "./read-week";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Monday of 2026-W47. */
const MONDAY = Date.UTC(2026, 10, 16);
const bucket = "account.example/pictures";
const GB = 1_000_000_000;

let database: TestDatabase;
let connection: Connection;
beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  for (const environment of ["production", "staging"])
    await addRevision(connection.db, environment, { shareBp: 5_000, at: new Date(MONDAY - DAY) });
  await stored("production", "comfyui", 3, GB);
  await stored("production", "scenario", 2, GB);
  await stored("staging", "comfyui", 1, GB);
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

/** Pictures of that size in the bucket, and one that waits on a disk, which no bucket bills. */
async function stored(environment: string, provider: "comfyui" | "scenario", count: number, sizeBytes: number) {
  const at = new Date(MONDAY + 9 * HOUR);
  await addGenerations(connection.db, environment, { count, at, provider, costMicros: 0, baselineMicros: 0 });
  await connection.db.execute(sql`insert into images (id, generation_id, role, position, sha256, mime_type, width, height, size_bytes, location, object_key, created_at)
    select gen_random_uuid(), g.id, 'output', p, md5(g.id::text || p), 'image/png', 8, 8, ${sizeBytes}, case when p = 0 then 'r2' else 'disk' end, g.id::text || p, g.created_at
    from generations g, generate_series(0, 1) p where g.environment = ${environment} and g.provider = ${provider}`);
}

const book = (nowMs: number) =>
  bookStorage(connection.db, { fromMs: MONDAY - DAY, toMs: nowMs, keeper: "production" }, nowMs);
const week = (environment: string) =>
  readWeek(
    connection.db,
    {
      environment,
      timeZone: "UTC",
      week: { year: 2026, week: 47 },
      gpuType: "NVIDIA L4",
      storagePlace: "r2",
      billedWith: environment,
    },
    MONDAY + 8 * DAY,
  );
async function lines() {
  const all = await connection.db.select().from(costLines).orderBy(costLines.unit, costLines.environment);
  return all.map(({ environment, provider, unit, units, costMicros }) => [
    environment,
    provider,
    unit,
    units,
    costMicros,
  ]);
}

it("does not know what storage costs without a price, and names the price and its day", async () => {
  // Page by page: the pictures are six.
  await measureBucket(connection.db, bucket, MONDAY + 10 * HOUR, 2);
  await connection.db
    .insert(bucketDays)
    .values({ bucket, dayAt: new Date(MONDAY), classA: 1_000_000, classB: 2_000_001, free: 9 });
  expect(await book(MONDAY + DAY + HOUR)).toBe(0);
  const { summary, missing, sentence } = await week("staging");
  expect(summary.costMicros).toBeNull();
  expect(missing.map(({ what, fromDate }) => `${what} ${fromDate}`)).toEqual([
    "price of an R2 class A operation 2026-11-16",
    "price of an R2 class B operation 2026-11-16",
    "price of an R2 GB and month 2026-11-16",
  ]);
  expect(sentence).toContain("no price of an R2 class A operation on 2026-11-16;");
});

it("books a day once it is over, once over several instances, to whose pictures they are and to the micro", async () => {
  await seedPrices(connection.db);
  expect(await book(MONDAY + DAY)).toBe(0);
  const wrote = await Promise.all([1, 2, 3].map(() => book(MONDAY + DAY + HOUR)));
  expect(wrote.sort()).toEqual([0, 0, 9]);
  // $4.50 and $0.72 shared as 3 : 2 : 1 by pictures stored; 6 GB for a thirtieth of a month at $0.015.
  expect((await lines()).filter(([, , unit]) => unit === "class_a_operation")).toEqual([
    ["production", "comfyui", "class_a_operation", 500_000, 2_250_000],
    ["production", "scenario", "class_a_operation", 333_333, 1_500_000],
    ["staging", "comfyui", "class_a_operation", 166_667, 750_000],
  ]);
  const all = await lines();
  const micros = (unit: string) =>
    all.filter((line) => line[2] === unit).reduce((sum, line) => sum + Number(line[4]), 0);
  expect([micros("class_b_operation"), micros("gb_month")]).toEqual([720_000, 3_000]);
  expect((await week("staging")).summary.parts.storage).toBe(750_000 + 120_000 + 500);
  const { summary, storage, missing } = await week("production");
  expect(missing).toEqual([]);
  expect(summary.parts.storage).toBe(4_500_000 + 720_000 + 3_000 - 870_500);
  expect(storage).toMatchObject({ place: "r2", classA: 833_333, classB: 1_666_668, micros: summary.parts.storage });
  // RunPod's bill has nothing of it.
  const ledger = await ledgerByHour(connection.db, {
    environments: ["production"],
    fromMs: MONDAY,
    toMs: MONDAY + DAY,
  });
  expect([...ledger.values()].flatMap(({ own }) => Object.keys(own))).toEqual([]);
});

it("adds what was counted late as a correction, and a smaller look changes nothing", async () => {
  await measureBucket(connection.db, bucket, MONDAY + 16.5 * HOUR);
  await connection.db.execute(sql`update images set expired_at = clock_timestamp() where location = 'r2'`);
  await measureBucket(connection.db, bucket, MONDAY + 23.9 * HOUR);
  await connection.db.execute(sql`update bucket_days set class_a = class_a + 600`);
  const before = (await lines()).length;
  const nowMs = MONDAY + DAY + 2 * HOUR;
  const wanting = await checkLedger(connection.db, "staging", { nowMs });
  expect(wanting.unbalanced).toMatchObject([{ day: "2026-11-16", seller: "r2" }]);
  expect(await book(nowMs)).toBe(3);
  const check = await checkLedger(connection.db, "staging", { nowMs });
  expect(check).toMatchObject({ isBalanced: true, unbalanced: [] });
  expect(check.credits.r2).toBe(check.debits.storage);
  const added = await connection.db.select().from(costLines).orderBy(sql`id desc`).limit(3);
  expect(added.reduce((sum, { costMicros }) => sum + costMicros, 0)).toBe(2_700);
  expect(added.every(({ note }) => note?.startsWith("corrected: "))).toBe(true);
  expect((await lines()).length).toBe(before + 3);
});

it("adds up what every process counted, and keeps what the database did not take", async () => {
  const settings = { endpoint: "https://account.example", bucket: "counted" };
  const [one, other] = [createBucketUsage(settings), createBucketUsage(settings)];
  one.count("classA");
  one.count("classB");
  other.count("classA");
  other.count("free");
  const broken = connect({ url: "postgres://127.0.0.1:1/none", name: "test", ...POOL_LIMITS.tool });
  await expect(one.flush(broken.db)).rejects.toThrow();
  await broken.close();
  await Promise.all([one.flush(connection.db), other.flush(connection.db)]);
  await one.flush(connection.db);
  const rows = await connection.db.select().from(bucketDays).where(sql`bucket = 'account.example/counted'`);
  expect(rows).toMatchObject([{ classA: 2, classB: 1, free: 1 }]);
});

/** The database, but for its answers: each is lost after what was asked has been done. */
const unheard = () =>
  new Proxy(connection.db, {
    get: (db, name) =>
      name === "execute"
        ? async (query: SQL) => {
            await db.execute(query);
            throw new Error("Connection terminated unexpectedly");
          }
        : Reflect.get(db, name),
  });

it("counts a request once although the answer of its flush was lost, also with more counted meanwhile", async () => {
  const usage = createBucketUsage({ endpoint: "https://account.example", bucket: "unheard" });
  const counted = async () => {
    const [row] = await connection.db.select().from(bucketDays).where(sql`bucket = 'account.example/unheard'`);
    return [row?.classA, row?.classB];
  };
  usage.count("classA");
  await expect(usage.flush(unheard())).rejects.toThrow("terminated");
  usage.count("classB");
  await expect(usage.flush(unheard())).rejects.toThrow("terminated");
  expect(await counted()).toEqual([1, 0]);
  // Two at once, as when a process ends while it writes.
  await Promise.all([usage.flush(connection.db), usage.flush(connection.db)]);
  usage.count("classA");
  await usage.flush(connection.db);
  expect(await counted()).toEqual([2, 1]);

  await connection.db.execute(sql`update bucket_writers set at = at - interval '8 days'`);
  await forgetBucketWriters(connection.db);
  expect(await connection.db.select().from(bucketWriters)).toEqual([]);
  usage.count("classA");
  await usage.flush(connection.db);
  expect(await counted()).toEqual([3, 1]);
});
