import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { usageDays } from "@/db/schema";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { parseConfig } from "@/server/config";
import { readPrices } from "@/server/prices/price-book";
import { seedPrices } from "@/server/prices/seed-prices";
import { addGenerations, addRevision } from "@/server/rollout/gates/testing/rows";
import { importUsage } from "./import-usage";
import { readUsage } from "./read-usage";
import { sharedControl } from "./shared-control";
import { simulateControl } from "./testing/simulate-control";

const DAY = 86_400_000;
const MONDAY = Date.UTC(2026, 10, 16);
const account = "api.example/proj_1";
const span = { environment: "production", account, fromMs: MONDAY, toMs: MONDAY + 7 * DAY };
const shared = { account, environments: ["production", "staging"], keeper: "production" };

let database: TestDatabase;
let connection: Connection;
beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  for (const environment of shared.environments) {
    await addRevision(connection.db, environment, { shareBp: 0, at: new Date(MONDAY - DAY) });
    await addGenerations(connection.db, environment, {
      count: 5,
      at: new Date(MONDAY + DAY / 2),
      provider: "scenario",
    });
  }
  await connection.db.execute(sql`insert into cost_lines (generation_id, attempt_id, environment, provider, kind, cost_micros, units, unit, at)
    select generation_id, id, environment, 'scenario', 'generation', 96750, 10.75, 'creative_unit', created_at from attempts`);
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

/** Takes in what Scenario tells of the first days, units by day. */
function told(nowMs: number, ...units: number[]) {
  const usage = async ({ fromMs, toMs }: { fromMs: number; toMs: number }) =>
    units
      .map((each, day) => ({ dayMs: MONDAY + day * DAY, units: each }))
      .filter(({ dayMs }) => dayMs >= fromMs && dayMs < toMs + DAY);
  const signal = new AbortController().signal;
  return importUsage({ db: connection.db, control: { usage } }, span, { nowMs, signal });
}

it("takes in each day once it is over, once over several instances, and shows what no job explains", async () => {
  expect(await told(MONDAY + DAY, 107.5)).toBe(0);
  const wrote = await Promise.all([1, 2, 3].map(() => told(MONDAY + 2.1 * DAY, 107.5, 12, 3)));
  expect(wrote.sort()).toEqual([0, 0, 2]);
  const early = await readUsage(connection.db, shared, span);
  // Without a price of a unit the cost of use is unknown, never 0.
  expect(early).toMatchObject({ units: 119.5, usedMicros: null, unexplainedMicros: null, captureRate: null });
  await seedPrices(connection.db);
  expect(await readUsage(connection.db, shared, span)).toMatchObject({
    usedMicros: 119.5 * 9_000,
    explainedMicros: 10 * 96_750,
    unexplainedMicros: 12 * 9_000,
    corrections: 0,
  });
});

// Totals lag: a day that was told too low is told again.
it("keeps a day that is told otherwise later beside what it was, as a correction", async () => {
  expect(await told(MONDAY + 3 * DAY, 107.5, 0)).toBe(1);
  expect(await told(MONDAY + 3 * DAY, 107.5, 0)).toBe(0);
  const usage = await readUsage(connection.db, shared, span);
  expect(usage).toMatchObject({ units: 107.5, unexplainedMicros: 0, captureRate: 1, corrections: 1 });
  expect(await connection.db.select().from(usageDays)).toHaveLength(3);
  await expect(connection.db.execute(sql`update usage_days set units = 1`)).rejects.toThrow();
});

// The whole way in the sandbox: jobs priced from their documents against its /usages, failures paid back.
it("explains all of a simulated day's use, though some jobs fail and others make several pictures", async () => {
  const prices = await readPrices(connection.db);
  const found = await simulateControl({ seed: 5, fromMs: MONDAY, days: 1, perHour: 60, fails: 0.2, prices });
  expect(found.jobs).toBeGreaterThan(500);
  expect(found.explainedMicros).toBe(Math.round(found.usedUnits * 9_000));
  expect(found.explainedMicros).toBe(found.trueMicros);
});

it("knows which environments share an account, and keeps the sandbox apart", () => {
  const config = parseConfig({ SCENARIO_API_KEY: "a", SCENARIO_SECRET_API_KEY: "b", DATABASE_URL: "postgres://none" });
  const found = sharedControl(config, config.environments[0] ?? "");
  expect(found?.environments).toEqual(config.environments.filter((name) => name !== "sandbox"));
  expect(JSON.stringify(found)).not.toContain('"a"');
  expect(sharedControl(parseConfig({ DATABASE_URL: "postgres://none" }), "production")).toBeNull();
});
