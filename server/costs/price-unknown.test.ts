import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { localPrincipal } from "@/server/auth/access";
import { parseConfig } from "@/server/config";
import { rebuildRollups } from "@/server/metrics/rebuild-rollups";
import { verifyRollups } from "@/server/metrics/verify-rollups";
import { setPrice } from "@/server/prices/set-price";
import { addGenerations, addRevision } from "@/server/rollout/gates/testing/rows";
import { checkLedger } from "./check-ledger";
import { priceUnknown } from "./price-unknown";
import { readWeek } from "./read-week";

const environment = "production";
const GPU = "A GPU of our own";
const MONDAY = Date.UTC(2026, 10, 16, 12);
const DAY = 86_400_000;
const operator = { principal: localPrincipal("ada"), via: "cli" as const, requestId: null };

let database: TestDatabase;
let connection: Connection;
beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  const { db } = connection;
  await addRevision(db, environment, { shareBp: 5_000, at: new Date(MONDAY - DAY) });
  await addGenerations(db, environment, { count: 10, at: new Date(MONDAY), coldClass: "cold" });
  await addGenerations(db, environment, {
    count: 5,
    at: new Date(MONDAY + DAY),
    costMicros: 777,
    baselineMicros: 75_000,
  });
  await addGenerations(db, environment, { count: 3, at: new Date(MONDAY + 2 * DAY) });
  await db.execute(sql`update generations set image_count = 1`);
  await db.execute(sql`update attempts a set delay_ms = 40000, execution_ms = 3000, start_up_ms = 40000, cold_class = 'cold', submitted_at = a.created_at
    where created_at < ${new Date(MONDAY + DAY)}`);
  // Of the last ones nobody knows how long they ran.
  await db.execute(
    sql`update attempts set cost_micros = 777 where created_at between ${new Date(MONDAY + DAY)} and ${new Date(MONDAY + 2 * DAY - 1)}`,
  );
  await db.execute(sql`insert into cost_lines (generation_id, attempt_id, environment, provider, kind, cost_micros)
    select generation_id, id, environment, provider, 'execution', 777 from attempts where cost_micros = 777`);
  await rebuildRollups(db, { environment, nowMs: MONDAY + 5 * DAY });
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

const week = () =>
  readWeek(
    connection.db,
    {
      environment,
      timeZone: "UTC",
      week: { year: 2026, week: 47 },
      gpuType: GPU,
      storagePlace: "disk",
      billedWith: environment,
    },
    MONDAY + 5 * DAY,
  );
const config = parseConfig({ RUNPOD_GPU_TYPE: GPU, DATABASE_URL: "postgres://none" });
const run = () =>
  priceUnknown(
    { db: connection.db, config, provider: () => null },
    { environment, fromMs: MONDAY - DAY, toMs: MONDAY + 5 * DAY },
  );

it("fills in what was unknown for want of a price, once the price is there, and touches nothing that was known", async () => {
  expect((await week()).missing.map(({ what }) => what)).toEqual([
    `price of a second of ${GPU}`,
    "price of a Scenario image for txt2img",
    "execution time of ComfyUI for txt2img",
  ]);
  expect(await run()).toEqual({ generations: 0 });
  const common = { item: "*", operation: null, effectiveFromMs: MONDAY - DAY, source: "the contract" };
  await setPrice(connection, operator, {
    ...common,
    provider: "comfyui",
    unit: "gpu_second",
    price: { micros: 100, per: 1 },
  });
  await setPrice(connection, operator, {
    ...common,
    provider: "scenario",
    unit: "image",
    price: { micros: 50_000, per: 1 },
  });
  expect(await run()).toEqual({ generations: 13 });

  const { missing, days } = await week();
  expect(missing).toMatchObject([{ of: "cost", what: "execution time of ComfyUI for txt2img", generations: 3 }]);
  // Forty seconds of start, three of work and five of idle time, ten times; a baseline of five cents each.
  expect(days[0]?.summary).toMatchObject({ costMicros: 10 * 48 * 100, baselineMicros: 10 * 50_000 });
  expect(days[1]?.summary).toMatchObject({ costMicros: 5 * 777, baselineMicros: 5 * 75_000 });
  expect(await checkLedger(connection.db, environment)).toMatchObject({
    isBalanced: true,
    generationDifferences: 0,
    attemptDifferences: 0,
  });
  expect(await verifyRollups(connection.db, { environment, nowMs: MONDAY + 5 * DAY })).toMatchObject({
    differences: 0,
  });
  expect(await run()).toEqual({ generations: 0 });
});
