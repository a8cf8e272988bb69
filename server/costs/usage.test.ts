import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { usageDays } from "@/db/schema";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { parseConfig } from "@/server/config";
import { readPrices } from "@/server/prices/price-book";
import { seedPrices } from "@/server/prices/seed-prices";
import { readReview } from "@/server/reviews/read-review";
import { renderReview } from "@/server/reviews/render-review";
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

it("is in every form of the week's review, with its difference from the ledger and unknown where it is not told", async () => {
  const config = parseConfig({
    SCENARIO_API_KEY: "a",
    SCENARIO_SECRET_API_KEY: "b",
    SCENARIO_API_URL: "https://api.example",
    SCENARIO_PROJECT_ID: "proj_1",
  });
  const query = { environment: "production", week: "2026-W47", timeZone: "UTC" };
  const read = (asked = query) => readReview({ db: connection.db, config }, asked, MONDAY + 8 * DAY);
  await told(MONDAY + 3 * DAY, 110, 0);
  const review = await read();
  expect(review.costs.usage?.days.slice(0, 3)).toEqual([
    {
      date: "2026-11-16",
      dayMs: MONDAY,
      units: 110,
      usedMicros: 990_000,
      explainedMicros: 967_500,
      differenceMicros: 22_500,
    },
    { date: "2026-11-17", dayMs: MONDAY + DAY, units: 0, usedMicros: 0, explainedMicros: 0, differenceMicros: 0 },
    {
      date: "2026-11-18",
      dayMs: MONDAY + 2 * DAY,
      units: null,
      usedMicros: null,
      explainedMicros: 0,
      differenceMicros: null,
    },
  ]);
  expect(JSON.parse(renderReview(review, "json")).costs.usage).toEqual(review.costs.usage);
  const csv = renderReview(review, "csv").split("\r\n");
  expect(csv[0]).toMatch(/,scenario_used_units,scenario_used_usd,scenario_explained_usd,scenario_difference_usd$/);
  const ends = csv.filter((line) => line.includes(",scenario,")).map((line) => line.split(",").slice(-4).join());
  expect(ends.slice(0, 3)).toEqual(["110,0.990000,0.967500,0.022500", "0,0.000000,0.000000,0.000000", ",,0.000000,"]);
  const markdown = renderReview(review, "md");
  expect(markdown).toContain(
    "Scenario's account used 110 creative units in 2 UTC days, $0.99: the ledger has $0.97, capture rate 97.73%, difference $0.02. 5 UTC days are not told and unknown.",
  );
  expect(markdown).toContain("| 2026-11-16 | 110 | $0.99 | $0.97 | $0.02 |");
  expect(markdown).toContain("| 2026-11-18 | – | – | $0.00 | – |");
  // By UTC's days, also where the week begins at another hour: seven of them, and Los Angeles' Monday begins with Tuesday's.
  const west = await read({ ...query, timeZone: "America/Los_Angeles" });
  expect(west.costs.usage?.days.map(({ date }) => date.slice(8))).toEqual(["17", "18", "19", "20", "21", "22", "23"]);
  const monday = renderReview(west, "csv")
    .split("\r\n")
    .find((line) => line.includes("2026-11-16,") && line.includes(",scenario,"));
  expect(monday).toMatch(/,0,0\.000000,0\.000000,0\.000000$/);
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
