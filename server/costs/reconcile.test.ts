import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { billingRecords, costLines } from "@/db/schema";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import type { RunpodManagement } from "@/server/providers/runpod-management/api";
import { billingSchema } from "@/server/providers/runpod-management/schemas";
import { toBilling } from "@/server/providers/runpod-management/transform";
import { addRevision } from "@/server/rollout/gates/testing/rows";
import { checkLedger } from "./check-ledger";
import { importBilling } from "./import-billing";
import { readReconciliation } from "./read-reconciliation";
import { readWeek } from "./read-week";
import { reconcile } from "./reconcile";
import { insertWeek, SIMULATED_GPU, seedCataloguePrices } from "./testing/insert-week";
import { type SimulatedWeek, simulateWeek } from "./testing/simulate-week";

const environment = "production";
const endpointId = "simulated";
const fromMs = Date.UTC(2026, 10, 16);
const HOUR = 3_600_000;
const span = { environment, environments: [environment], endpointId, gpuType: SIMULATED_GPU, fromMs };

let database: TestDatabase;
let connection: Connection;
let week: SimulatedWeek;
beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  await addRevision(connection.db, environment, { shareBp: 10_000, at: new Date(fromMs - HOUR) });
  week = simulateWeek({
    seed: 7,
    fromMs,
    days: 7,
    perHour: 25,
    outOfMemory: 0.02,
    crash: 0.005,
    givenUp: 0.02,
    endpoint: {},
    prices: await seedCataloguePrices(connection.db),
  });
  await insertWeek(connection.db, week, { environment, endpointId });
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

/** RunPod's own answer as its client reads it; `change` is what it tells otherwise than the sandbox. */
function management(nowMs: number, change: (micros: number, hourMs: number) => number = (micros) => micros) {
  const billing: RunpodManagement["billing"] = async ({ fromMs: from, toMs }) =>
    toBilling(billingSchema.parse(week.billing(from, toMs, nowMs))).map((record) => ({
      ...record,
      totalMicros: change(record.totalMicros, record.fromMs),
    }));
  return { endpointId, billing } as Partial<RunpodManagement> as RunpodManagement;
}

async function run(nowMs: number, change?: Parameters<typeof management>[1]) {
  const toMs = week.endMs + HOUR;
  const deps = { db: connection.db, management: management(nowMs, change) };
  const imported = await importBilling(
    deps,
    { environment, fromMs, toMs },
    { nowMs, signal: AbortSignal.timeout(60_000) },
  );
  return { imported, lines: await reconcile(connection.db, { ...span, toMs }, nowMs) };
}

const read = () => readReconciliation(connection.db, { ...span, toMs: week.endMs + HOUR });
async function ledgerMicros(): Promise<number> {
  const { rows } = await connection.db.execute<{ sum: string }>(
    sql`select coalesce(sum(cost_micros), 0) as sum from cost_lines`,
  );
  return Number(rows[0]?.sum);
}
const monday = 3 * HOUR + fromMs;

it("explains more than 98 % of a week's bill by what was measured, and the ledger is the bill to within 1 %", async () => {
  const classes = new Set(week.attempts.map((attempt) => attempt.outcome));
  expect([...classes].sort()).toEqual(["cancelled", "failed", "succeeded"]);
  expect(week.attempts.some((attempt) => attempt.number > 1)).toBe(true);

  // Halfway: the last hour is not billed yet, and is not taken for an hour without spend.
  const halfway = fromMs + 60.5 * HOUR;
  await run(halfway);
  const early = await read();
  // Until a day is billed its idle time is an estimate, and the cost has an interval.
  const { summary: open } = await readWeek(
    connection.db,
    {
      environment,
      timeZone: "UTC",
      week: { year: 2026, week: 47 },
      gpuType: SIMULATED_GPU,
      storagePlace: "disk",
      billedWith: environment,
    },
    halfway,
  );
  expect(open.costMicrosHigh).toBeGreaterThan(open.costMicros ?? 0);
  expect(early.billedHours).toBe(59);

  const { imported } = await run(week.endMs + 4 * HOUR);
  expect(imported).toBe(169 - 59);
  const done = await read();
  expect(Math.abs(done.billedMicros - week.billedMicros)).toBeLessThan(200);
  expect(done.captureRate).toBeGreaterThan(0.98);
  expect(done.captureRate).toBeLessThan(1.02);
  expect(done.isWithin).toBe(true);
  expect(Math.abs((await ledgerMicros()) - week.billedMicros)).toBeLessThan(0.01 * week.billedMicros);
  // To the unit beside what was told.
  expect(await ledgerMicros()).toBe(done.billedMicros);
  const { summary } = await readWeek(
    connection.db,
    {
      environment,
      timeZone: "UTC",
      week: { year: 2026, week: 47 },
      gpuType: SIMULATED_GPU,
      storagePlace: "disk",
      billedWith: environment,
    },
    week.endMs,
  );
  expect(Math.abs((summary.costMicros ?? 0) - week.billedMicros)).toBeLessThan(0.01 * week.billedMicros);
  expect([summary.costMicrosLow, summary.costMicrosHigh]).toEqual([summary.costMicros, summary.costMicros]);
  expect(Math.abs(summary.parts.unexplained)).toBeLessThan(0.02 * week.billedMicros);
});

it("balances: debits are credits, and every cost is the sum of its lines, to the unit", async () => {
  const check = await checkLedger(connection.db, environment);
  expect(check).toMatchObject({ isBalanced: true, generationDifferences: 0, attemptDifferences: 0, first: null });
  expect(check.generations).toBeGreaterThan(1_000);
  expect(check.credits.comfyui).toBe(await ledgerMicros());
  expect(check.days).toBeGreaterThan(6);
  // Paid time says from how many seconds, and at which price.
  const time = await connection.db
    .select()
    .from(costLines)
    .where(sql`generation_id is null and kind in ('start_up', 'standing_worker')`);
  expect(time.length).toBeGreaterThan(100);
  for (const { costMicros, units, unit, priceId } of time) {
    expect([unit, priceId]).toEqual(["gpu_second", expect.any(String)]);
    expect(Math.abs(((units ?? 0) * 1_100_000) / 3_600 - costMicros)).toBeLessThan(1);
  }
  const off = sql`(select id from generations order by id limit 1)`;
  await connection.db.execute(sql`update generations set cost_micros = cost_micros + 1 where id = ${off}`);
  expect(await checkLedger(connection.db, environment)).toMatchObject({
    generationDifferences: 1,
    first: { generationId: expect.any(String) },
  });
  await connection.db.execute(sql`update generations set cost_micros = cost_micros - 1 where id = ${off}`);
  // Nobody gets at a line that was written.
  await expect(connection.db.execute(sql`update cost_lines set cost_micros = 0`)).rejects.toThrow();
});

it("adds nothing a second time", async () => {
  expect(await run(week.endMs + 4 * HOUR)).toEqual({ imported: 0, lines: 0 });
});

it("takes an hour that is told otherwise later as a correction and edits nothing", async () => {
  const before = await connection.db.select().from(costLines).orderBy(costLines.id);
  const total = await ledgerMicros();
  const changed = await run(week.endMs + 5 * HOUR, (micros, hourMs) => (hourMs === monday ? micros + 12_345 : micros));
  expect(changed).toEqual({ imported: 1, lines: 1 });
  expect(await ledgerMicros()).toBe(total + 12_345);
  const after = await connection.db.select().from(costLines).orderBy(costLines.id);
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after.at(-1)).toMatchObject({
    kind: "unexplained",
    costMicros: 12_345,
    note: expect.stringMatching(/^corrected/),
    at: new Date(monday),
  });
  const reconciled = await read();
  expect(reconciled).toMatchObject({ corrections: 1, unexplainedMicros: expect.any(Number) });
  expect(await connection.db.$count(billingRecords, sql`version = 2`)).toBe(1);
});

it("says so when the bill is not explained", async () => {
  await run(week.endMs + 6 * HOUR, (micros) => Math.round(micros * 1.05));
  const { captureRate, isWithin } = await read();
  expect(captureRate).toBeLessThan(0.98);
  expect(isWithin).toBe(false);
});

it("shows the day and the seller whose bill the lines do not come to", async () => {
  expect(await checkLedger(connection.db, environment)).toMatchObject({ isBalanced: true, unbalanced: [] });
  const hour = {
    environment,
    provider: "comfyui" as const,
    account: endpointId,
    hourAt: new Date(monday),
    diskMicros: 0,
  };
  await connection.db.insert(billingRecords).values({ ...hour, version: 99, totalMicros: 5 });
  const { isBalanced, unbalanced } = await checkLedger(connection.db, environment);
  expect(isBalanced).toBe(false);
  expect(unbalanced).toMatchObject([{ day: "2026-11-16", seller: "comfyui" }]);
});
