import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { importedTraces } from "@/db/queries/warm-requests";
import { endpointChecks, endpointSnapshots } from "@/db/schema";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { parseConfig } from "@/server/config";
import type { EndpointSettings } from "@/server/domain/endpoint/settings";
import { randomOf } from "@/server/domain/keep-warm/trace";
import { TARGET_DEFAULT } from "@/server/domain/keep-warm/what-if";
import { seedPrices } from "@/server/prices/seed-prices";
import { addRevision } from "@/server/rollout/gates/testing/rows";
import { replay } from "@/server/sandbox/replay";
import { recordWorkers } from "../record-workers";
import { readWarmWhatIf, type WhatIfQuery } from "./read-what-if";

const environment = "production";
const DAY = 86_400_000;
const DAYS = 6;
const now = new Date(Date.UTC(2026, 10, 20));
const fromMs = now.getTime() - DAYS * DAY;
const settings: EndpointSettings = {
  name: "flux",
  image: null,
  gpuPools: ["ADA_24"],
  gpuCount: 1,
  workersMin: 0,
  workersMax: 3,
  idleTimeoutS: 5,
  scaling: { type: "QUEUE_DELAY", queueDelayS: 4 },
  executionTimeoutMs: null,
  flashboot: "OFF",
  dataCenterIds: [],
};
const query: WhatIfQuery = { environment, days: 7, target: TARGET_DEFAULT, zone: "UTC", arrivals: null };

let database: TestDatabase;
let connection: Connection;
const config = parseConfig({});
const read = (change: Partial<WhatIfQuery> = {}) =>
  readWarmWhatIf({ db: connection.db, config }, { ...query, ...change }, now);

beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  await seedPrices(connection.db);
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

/** What the sandbox made of some days, as the engine leaves it. */
async function addDays(): Promise<void> {
  const random = randomOf(4);
  const arrivalsMs = Array.from({ length: 1_200 }, () => random() * DAYS * DAY).sort((one, other) => one - other);
  const { jobs, billedSeconds } = replay({ arrivalsMs, spanMs: DAYS * DAY, endpoint: {} }, 3);
  const costMicros = Math.round((billedSeconds * 1_100_000) / 3_600 / jobs.length);
  const rows = jobs.map((job, index) => ({
    at: new Date(fromMs + (arrivalsMs[index] ?? 0)).toISOString(),
    delay: job.delayMs,
    execution: job.executionMs,
    start: job.startUpMs,
    cold: job.class,
    cost: costMicros,
    latency: (job.delayMs ?? 0) + (job.executionMs ?? 0) + 400,
  }));
  await addRevision(connection.db, environment, { shareBp: 10_000, at: new Date(fromMs) });
  await connection.db.execute(sql`
    with rows as (select gen_random_uuid() as id, * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(at timestamptz,
        delay int, execution int, start int, cold text, cost bigint, latency int)),
    made as (insert into generations (id, environment, scope, body_hash, source, operation, state, provider, revision, fallback_allowed,
        cold_class, latency_ms, attempt_count, created_at, deadline_at, finished_at)
      select id, ${environment}, 'test', 'hash', 'api', 'txt2img', 'succeeded', 'comfyui', 1, true, cold, latency, 1, at,
        at + interval '3 minutes', at + latency * interval '1 millisecond' from rows)
    insert into attempts (id, generation_id, number, environment, provider, reason, revision, receipt, state, job_id, delay_ms,
        execution_ms, start_up_ms, cold_class, cost_micros, created_at, submitted_at, deadline_at, finished_at)
    select gen_random_uuid(), id, 1, ${environment}, 'comfyui', 'primary', 1, '{}'::jsonb, 'succeeded', id::text, delay, execution,
      start, cold, cost, at, at, at + interval '3 minutes', at + latency * interval '1 millisecond' from rows`);
}

it("says what is missing instead of guessing", async () => {
  expect(await read()).toMatchObject({ missing: expect.stringContaining("not read yet"), whatIf: null });
  const at = new Date(fromMs - DAY);
  await connection.db
    .insert(endpointSnapshots)
    .values({ environment, endpointId: "e", settings, origin: "first", changes: [], actor: "test", at });
  expect(await read()).toMatchObject({ missing: expect.stringContaining("only 0 jobs"), whatIf: null });
});

it("holds the present setting against what was measured, prices each setting, and names the cheapest that will do", async () => {
  await addDays();
  const report = await read();
  expect(report).toMatchObject({
    missing: null,
    n: 1_200,
    startUps: "measured",
    priceSource: expect.stringContaining("price book"),
  });
  expect(report.whatIf?.days).toBeCloseTo(DAYS, 1);
  // Hardly one was warm, too few for a p95.
  expect(report.calibration?.rows.map(({ what }) => what)).toEqual(["coldShare", "p95Ms", "perMonthMicros"]);
  expect(report.calibration?.rows.filter(({ isWithin }) => !isWithin)).toEqual([]);
  const { cheapest, outcomes } = report.whatIf ?? { cheapest: null, outcomes: [] };
  expect(outcomes[0]?.p95Ms).toBeGreaterThan(TARGET_DEFAULT.p95Ms);
  expect(cheapest?.p95Ms).toBeLessThanOrEqual(TARGET_DEFAULT.p95Ms);
  expect(cheapest?.perMonthMicros).toBeGreaterThan(outcomes[0]?.perMonthMicros ?? 0);
});

it("takes other GPUs from the catalogue, with prices and without a guess of their speed", async () => {
  const offer = (id: string, pool: string, hour: number) => ({
    id,
    name: id,
    pool,
    memoryGb: 24,
    price: { micros: hour, per: 3_600 },
    availability: null,
  });
  const offers = [offer("RTX 4090", "ADA_24", 1_100_000), offer("L4", "AMPERE_24", 690_000)];
  await connection.db.insert(endpointChecks).values({ environment, endpointId: "e", offers });
  const { whatIf } = await read();
  const other = whatIf?.outcomes.filter(({ setting }) => setting.gpu.pool === "AMPERE_24") ?? [];
  expect(other.length).toBeGreaterThan(0);
  expect(other.every(({ setting }) => setting.gpu.speedFactor === null)).toBe(true);
  expect(whatIf?.cheapest?.setting.gpu.pool).toBe("ADA_24");
});

it("knows another GPU's speed from workers that ran on it, and may then recommend it", async () => {
  await recordWorkers(connection.db, [
    { id: "on-4090", gpuType: "RTX 4090" },
    { id: "on-l4", gpuType: "L4" },
    { id: "untold", gpuType: null },
  ]);
  await connection.db.execute(sql`
    update attempts set worker_id = case when extract(minute from created_at)::int % 3 = 0 then 'on-l4' else 'on-4090' end,
      execution_ms = case when extract(minute from created_at)::int % 3 = 0 then 6000 else 3000 end`);
  const report = await read();
  const other = report.whatIf?.outcomes.find(({ setting }) => setting.gpu.pool === "AMPERE_24");
  expect(other?.setting.gpu.speedFactor).toBeCloseTo(2, 2);
  expect(report.notes).toContainEqual(expect.stringContaining("AMPERE_24 takes 2.00 times as long"));
  await connection.db.execute(sql`update attempts set worker_id = 'untold'`);
  expect((await read()).notes).toContainEqual(expect.stringContaining("speed of other GPUs was not measured"));
});

it("holds the month against RunPod's bill as well, where there is a day of it", async () => {
  const from = new Date(Math.ceil(fromMs / 3_600_000) * 3_600_000);
  await connection.db.execute(sql`
    insert into billing_records (environment, provider, account, hour_at, version, total_micros, disk_micros)
    select ${environment}, 'comfyui', 'e', ${from}::timestamptz + make_interval(hours => i), 1, 400000, 100000
    from generate_series(0, 47) i`);
  const bill = (await read()).calibration?.rows.find(({ what }) => what === "billedPerMonthMicros");
  expect(bill?.measured).toBe(300_000 * 24 * 30);
});

it("calibrates on nothing when the endpoint was changed a moment ago", async () => {
  await connection.db.insert(endpointSnapshots).values({
    environment,
    endpointId: "e",
    settings: { ...settings, workersMin: 1 },
    origin: "outside",
    changes: [],
    actor: "test",
    at: new Date(now.getTime() - 60_000),
  });
  expect(await read()).toMatchObject({ calibration: null, present: { workersMin: 1 } });
});

it("tries arrivals from elsewhere with the times that were measured here", async () => {
  const arrivalsMs = Array.from({ length: 500 }, (_, index) => Date.UTC(2026, 0, 5) + index * 600_000);
  const report = await read({ arrivals: arrivalsMs });
  expect(report).toMatchObject({ n: 500, fromMs: Date.UTC(2026, 0, 5), calibration: null, missing: null });
  expect(report.whatIf?.days).toBe(4);
});

it("tries the last days of an import, of its own environment only", async () => {
  const importId = "0199aaaa-0000-7000-8000-000000000001";
  const firstAt = new Date(Date.UTC(2025, 10, 1));
  await connection.db.execute(sql`
    insert into imports (id, environment, file_name, file_hash, size_bytes, mapping_name, mapping, state, total_rows, row_count, stored_count,
      skips_bad, first_at, last_at, created_by)
    values (${importId}, ${environment}, 'november.csv', 'hash', 1, 'none', '{}'::jsonb, 'done', 480, 480, 480, false, ${firstAt},
      ${firstAt}::timestamptz + interval '479 hours', 'test')`);
  await connection.db.execute(sql`
    insert into generations (id, environment, scope, body_hash, source, operation, state, provider, revision, fallback_allowed, attempt_count,
      created_at, deadline_at, finished_at)
    select gen_random_uuid(), ${environment}, ${`import:${importId}`}, 'hash', 'import', 'txt2img', 'succeeded', 'comfyui', 0, false, 1, at, at, at
    from (select ${firstAt}::timestamptz + make_interval(hours => i) as at from generate_series(0, 479) i) times`);
  expect(await importedTraces(connection.db, environment)).toMatchObject([{ id: importId, n: 480 }]);
  const report = await read({ arrivals: { importId } });
  expect(report).toMatchObject({ n: 7 * 24, calibration: null, missing: null });
  expect(report.toMs).toBe(firstAt.getTime() + 20 * DAY);
  await expect(read({ environment: "staging", arrivals: { importId } })).rejects.toMatchObject({ code: "NOT_FOUND" });
});
