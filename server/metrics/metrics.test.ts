import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type SQL, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { eventsFromRows } from "@/db/queries/metric-events";
import { readRollups } from "@/db/queries/rollups";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { TIERS } from "@/server/domain/metrics/buckets";
import { type Measures, SERIES } from "@/server/domain/metrics/measures";
import { toPoint } from "@/server/domain/metrics/point";
import type { Population } from "@/server/domain/metrics/populations";
import { storeMeasures } from "@/server/domain/metrics/stored-measures";
import { sketchToBytes } from "@/server/domain/sketch/sketch-bytes";
import { until } from "@/server/engine/testing/until";
import { addGenerations, addRevision, type GenerationRows } from "@/server/rollout/gates/testing/rows";
import { GROUPINGS, type Grouping, readGroups } from "./read-groups";
import { readMetrics } from "./read-metrics";
import { readSeries } from "./read-series";
import { readTotals } from "./read-totals";
import { rebuildRollups } from "./rebuild-rollups";
import { forgetFineRollups, lockRollups, rollUp } from "./roll-up";
import { verifyRollups } from "./verify-rollups";

const PROGRAM = fileURLToPath(new URL("./testing/roll-up-process.ts", import.meta.url));
const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 25, 12, 0, 30);
const environment = "production";

let database: TestDatabase;
let connection: Connection;

beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  await addRevision(connection.db, environment, { shareBp: 5_000, at: new Date(NOW - 48 * HOUR) });
});
beforeEach(async () => {
  await connection.db.execute(
    sql`truncate generations, attempts, generation_requests, images, rollups, rollup_outbox, rollup_stand_ins restart identity`,
  );
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

/** Rows as the engine leaves them, and what its settling statement leaves in the outbox for them. */
async function settled(hoursAgo: number, rows: Partial<GenerationRows> = {}): Promise<void> {
  await addGenerations(connection.db, environment, { count: 50, at: new Date(NOW - hoursAgo * HOUR), ...rows });
}

/** The rows' events, put into the outbox as if each had just ended. */
const queueAll = () => rebuildRollups(connection.db, { environment, nowMs: NOW });
const verify = () => verifyRollups(connection.db, { environment, nowMs: NOW });
const OUTBOX_COLUMNS =
  sql.raw(`kind, sign, environment, source, provider, operation, model, bucket_at, state, cold_class, failure_mode, ended_at,
  images, latency_ms, delay_ms, execution_ms, store_ms, start_up_ms, start_up_micros, cost_micros, baseline_micros`);
const window = { environment, fromMs: NOW - 24 * HOUR, toMs: NOW, populations: ["callers"] as const };

const rollupsOf = ({ widthMs, isTotal }: { widthMs: number; isTotal: boolean }) => ({
  environment,
  isTotal,
  ranges: [{ widthMs, fromMs: NOW - 72 * HOUR, toMs: NOW }],
});

/** Writes other measures into the roll-ups of one kind. */
async function change(
  kind: { widthMs: number; isTotal: boolean },
  to: (measures: Measures) => Measures,
): Promise<void> {
  for (const { measures, startMs, provider, source } of await readRollups(connection.db, rollupsOf(kind))) {
    const { numbers, latencies, parts } = storeMeasures(to(measures));
    await connection.db.execute(
      sql`update rollups set numbers = ${numbers}, latencies = ${latencies}, parts = ${parts} where width_ms = ${kind.widthMs}
        and is_total = ${kind.isTotal} and start_at = ${new Date(startMs)} and provider = ${provider} and source = ${source}`,
    );
  }
}

/** Writes every roll-up as releases before `rollups.numbers` did. */
async function writeAsBefore(): Promise<void> {
  for (const kind of TIERS.flatMap(({ widthMs }) => [true, false].map((isTotal) => ({ widthMs, isTotal })))) {
    for (const row of await readRollups(connection.db, rollupsOf(kind))) {
      const { counters, failures, attemptFailures, sketches } = row.measures;
      const bytes = SERIES.flatMap((name, place) => {
        if (sketches[name].n === 0) return [];
        const own = sketchToBytes(sketches[name]);
        return [place, own.length >> 8, own.length & 255, ...own];
      });
      await connection.db.execute(
        sql`update rollups set numbers = null, latencies = null, parts = null, counters = ${JSON.stringify(counters)}::jsonb,
            failures = ${JSON.stringify(failures)}::jsonb, attempt_failures = ${JSON.stringify(attemptFailures)}::jsonb, sketches = ${Buffer.from(bytes)}
          where width_ms = ${kind.widthMs} and is_total = ${kind.isTotal} and start_at = ${new Date(row.startMs)} and provider = ${row.provider}
            and source = ${row.source} and operation = ${row.operation} and model = ${row.model} and cold_class = ${row.coldClass}`,
      );
    }
  }
}

describe("roll-ups", () => {
  it("agree with the rows to the unit, by provider, population and outcome", async () => {
    await settled(30, { latencyMs: 4_100, costMicros: 2_300, baselineMicros: 75_000 });
    await settled(5, { state: "failed", failureMode: "out_of_memory" });
    await settled(4, { provider: "scenario", latencyMs: 2_900, costMicros: 75_000, baselineMicros: 75_000 });
    await settled(3, { coldClass: "cold", latencyMs: 47_000, costMicros: 15_000, baselineMicros: 75_000 });
    await settled(2, { source: "playground", latencyMs: 9_000 });
    await settled(1, { provider: "scenario", rescuedFrom: "comfyui" });
    await settled(6, { source: "checklist", state: "failed", failureMode: "model_not_found" });
    await queueAll();
    expect(await verify()).toMatchObject({ differences: 0, first: null, events: 750 });

    const totals = (await readMetrics(connection.db, window, NOW)).totals();
    const [comfyui, scenario] = [toPoint(totals.comfyui), toPoint(totals.scenario)];
    expect(comfyui).toMatchObject({
      generations: 100,
      succeeded: 50,
      failed: 50,
      successRate: 0.5,
      cold: 50,
      coldKnown: 50,
    });
    expect(comfyui.attempts).toBe(150);
    expect(comfyui.attemptsFailed).toBe(100);
    expect(comfyui.failures).toEqual([{ mode: "out_of_memory", n: 50, lastSeenMs: expect.any(Number) }]);
    expect(comfyui.latencyCold).toEqual({ n: 50, msP50: 47_000, msP95: 47_000, msP99: 47_000 });
    expect(scenario).toMatchObject({ generations: 100, costMicros: 50 * 75_000, priced: 50, savingsMicros: 0 });
    expect(comfyui.savingsMicros).toBe(50 * 60_000);

    const withTrials = await readMetrics(connection.db, { ...window, populations: ["callers", "trials"] }, NOW);
    expect(withTrials.totals().comfyui.counters.generations).toBe(150);
    const modes = async (populations: Population[]) => {
      const { current } = await readTotals(connection.db, { ...window, populations }, NOW);
      return [current.comfyui.generations, ...current.comfyui.failures.map(({ mode, n }) => `${mode} ${n}`).sort()];
    };
    expect(await modes(["callers", "trials"])).toEqual([150, "out_of_memory 50"]);
    expect(await modes(["callers", "checklist"])).toEqual([150, "model_not_found 50", "out_of_memory 50"]);
    expect(await modes(["callers", "trials", "checklist"])).toEqual([200, "model_not_found 50", "out_of_memory 50"]);
    const narrowed = await readMetrics(connection.db, { ...window, operations: ["img2img"] }, NOW);
    expect(narrowed.totals().comfyui.counters.generations).toBe(0);
  });

  it("show what has ended before it is rolled up, and the same afterwards", async () => {
    await settled(2, { latencyMs: 5_000, coldClass: "warm" });
    await settled(2, { source: "checklist" });
    await queueAll();
    await connection.db.execute(sql`truncate rollups`);
    await connection.db.execute(
      sql`insert into rollup_outbox (kind, environment, source, provider, operation, bucket_at, state, cold_class, ended_at, latency_ms)
        select 'generation', environment, source, provider, operation, created_at, state, cold_class, finished_at, latency_ms from generations`,
    );
    const withTrials = { ...window, populations: ["callers", "trials"] as const };
    const before = await readMetrics(connection.db, withTrials, NOW);
    expect(before.totals().comfyui.counters.succeeded).toBe(50);
    expect(await rollUp(connection.db, NOW)).toBe(100);
    const after = await readMetrics(connection.db, withTrials, NOW);
    expect(after.totals()).toEqual(before.totals());
    expect(after.buckets).toEqual(before.buckets);
    expect(await rollUp(connection.db, NOW)).toBe(0);
  });

  it("of two writers at once count everything once", async () => {
    await settled(2);
    await queueAll();
    await connection.db.execute(sql`truncate rollups`);
    await connection.db.execute(
      sql`insert into rollup_outbox (kind, environment, source, provider, operation, bucket_at, state, latency_ms)
        select 'generation', ${environment}, 'api', 'comfyui', 'txt2img', ${new Date(NOW - HOUR)}::timestamptz, 'succeeded', 1000
        from generate_series(1, 12000)`,
    );
    const moved = await Promise.all([1, 2, 3].map(() => rollUp(connection.db, NOW)));
    expect(moved.reduce((sum, n) => sum + n, 0)).toBe(12_000);
    const totals = (await readMetrics(connection.db, window, NOW)).totals();
    expect(totals.comfyui.counters.generations).toBe(12_000);
    expect(totals.comfyui.sketches.latencyOther.n).toBe(12_000);
  });

  it("count everything once when the process that counts is killed before it commits", async () => {
    await settled(2);
    await queueAll();
    await connection.db.execute(sql`truncate rollups`);
    await connection.db.execute(
      sql`insert into rollup_outbox (kind, environment, source, provider, operation, bucket_at, state, latency_ms)
        select 'generation', ${environment}, 'api', 'comfyui', 'txt2img', ${new Date(NOW - HOUR)}::timestamptz, 'succeeded', 1000
        from generate_series(1, 12000)`,
    );
    const env = { DATABASE_URL: database.url, NOW_MS: `${NOW}`, SWITCHYARD_CHAOS: "1" };
    const killed = fork(PROGRAM, {
      execArgv: ["--import", "tsx"],
      env: { ...process.env, ...env, SWITCHYARD_DEBUG_POINT: "rollup.before_commit:kill:2" },
      stdio: "ignore",
    });
    await once(killed, "exit");
    expect(killed.signalCode).toBe("SIGKILL");
    const counted = async () => (await readMetrics(connection.db, window, NOW)).totals().comfyui.counters.generations;
    expect(await counted()).toBe(12_000);
    // The first batch was committed; the second, in the middle of which it died, was not.
    expect(await rollUp(connection.db, NOW)).toBe(7_000);
    expect(await counted()).toBe(12_000);
  });

  it("are caught when what ended was never written to the outbox", async () => {
    await settled(2, { latencyMs: 3_000 });
    const span = { environment, fromMs: NOW - 24 * HOUR, toMs: NOW };
    await connection.db.execute(
      sql`insert into rollup_outbox (${OUTBOX_COLUMNS}) select ${OUTBOX_COLUMNS} from (${eventsFromRows(span)}) events offset 1`,
    );
    const skipped = { what: "generations", rows: 50, rollups: 49 };
    expect((await verify()).first).toMatchObject(skipped);
    await rollUp(connection.db, NOW);
    expect((await verify()).first).toMatchObject(skipped);
  });

  it("of releases before are read as they are, and are written anew when something is added to them", async () => {
    await settled(5, { state: "failed", failureMode: "out_of_memory" });
    await settled(2, { latencyMs: 3_000, count: 120, costMicros: 2_300, baselineMicros: 75_000 });
    await queueAll();
    const ask = async () => [
      await readTotals(connection.db, window, NOW),
      await readSeries(connection.db, window, NOW),
    ];
    const before = await ask();
    await writeAsBefore();
    expect(await ask()).toEqual(before);
    expect(await verify()).toMatchObject({ differences: 0, first: null, events: 340 });
    // A second apart each, in the same five minutes, after those.
    await settled(2 - 130_000 / HOUR, { latencyMs: 5_000 });
    const added = { environment, fromMs: NOW - 2 * HOUR + 125_000, toMs: NOW };
    await connection.db.execute(
      sql`insert into rollup_outbox (${OUTBOX_COLUMNS}) select ${OUTBOX_COLUMNS} from (${eventsFromRows(added)}) events`,
    );
    const others = sql`select count(*)::int as n from rollups where numbers is null`;
    const left = (await connection.db.execute<{ n: number }>(others)).rows[0]?.n ?? 0;
    await rollUp(connection.db, NOW);
    expect(await verify()).toMatchObject({ differences: 0, first: null });
    expect((await connection.db.execute<{ n: number }>(others)).rows[0]?.n).toBeLessThan(left);
  });

  it("are caught when an event was lost or counted twice", async () => {
    await settled(2, { latencyMs: 3_000 });
    await queueAll();
    await change({ widthMs: HOUR, isTotal: true }, ({ counters, ...others }) => ({
      ...others,
      counters: { ...counters, generations: 49 },
    }));
    expect(await verify()).toMatchObject({
      differences: 1,
      first: { what: "generations", rows: 50, rollups: 49, where: expect.stringContaining("1 h comfyui callers") },
    });
    await queueAll();
    expect((await verify()).differences).toBe(0);
    await connection.db.execute(
      sql`insert into rollup_outbox (kind, environment, source, provider, operation, bucket_at, state, cold_class, ended_at, latency_ms)
        select 'generation', environment, source, provider, operation, created_at, state, cold_class, finished_at, latency_ms from generations limit 1`,
    );
    await rollUp(connection.db, NOW);
    expect((await verify()).differences).toBeGreaterThan(0);
    await connection.db.execute(sql`update generations set latency_ms = latency_ms + 1`);
    await queueAll();
    await connection.db.execute(sql`update generations set latency_ms = 9000`);
    expect((await verify()).first?.what).toBe("latencyWarm: how many of 3001 ms");
  });

  it("made anew behind another writer see what that one wrote", async () => {
    await settled(2, { latencyMs: 3_000 });
    await queueAll();
    let rebuilding: Promise<unknown> = Promise.resolve();
    await connection.db.transaction(async (tx) => {
      await lockRollups(tx);
      rebuilding = queueAll();
      await until("the rebuild waits for the lock", async () => {
        const { rows } = await connection.db.execute(
          sql`select 1 from pg_locks where not granted and relation = 'rollups'::regclass`,
        );
        return rows.length > 0;
      });
      await tx.execute(sql`update rollups set numbers = numbers`);
    });
    await rebuilding;
    expect((await verify()).differences).toBe(0);
  });

  it("of a week are caught when they are not the sum of its days, and quantiles when they are not their distribution's", async () => {
    await settled(2, { latencyMs: 3_000 });
    await settled(30, { latencyMs: 5_000 });
    await queueAll();
    const wrong = async (set: SQL, widthMs: number) => {
      await connection.db.transaction(async (tx) => {
        await lockRollups(tx);
        await tx.execute(sql`update rollups set ${set} where is_total and width_ms = ${widthMs}`);
      });
      const { differences, first } = await verify();
      await queueAll();
      return { differences, first };
    };
    expect(await wrong(sql`latencies = '1', quantiles = '1'`, 168 * HOUR)).toMatchObject({
      differences: 1,
      first: {
        where: expect.stringContaining("2026-11-23T00:00:00.000Z 1 week comfyui callers"),
        what: "latencyWarm: n",
      },
    });
    expect(await wrong(sql`quantiles = replace(quantiles, quantiles, '1')`, 6 * HOUR)).toMatchObject({
      first: { where: expect.stringContaining(" 6 h comfyui callers"), what: "latencyWarm: n beside its distribution" },
    });
    expect((await verify()).differences).toBe(0);
  });

  it("of a week stay the sum of its days when one of them is made anew, and when something comes late", async () => {
    await settled(30, { latencyMs: 4_000 });
    await settled(54, { latencyMs: 5_000 });
    await queueAll();
    const monday = sql`select id from generations where created_at < ${new Date(NOW - 40 * HOUR)}`;
    await connection.db.execute(sql`delete from attempts where generation_id in (${monday})`);
    await connection.db.execute(sql`delete from generations where id in (${monday})`);
    await rebuildRollups(connection.db, { environment, nowMs: NOW, fromMs: NOW - 60 * HOUR, toMs: NOW - 50 * HOUR });
    // Its Monday is empty now.
    expect(await verify()).toMatchObject({ differences: 0, events: 100 });
    await settled(52, { latencyMs: 6_000, count: 3 });
    const late = { environment, fromMs: NOW - 60 * HOUR, toMs: NOW - 50 * HOUR };
    await connection.db.execute(
      sql`insert into rollup_outbox (${OUTBOX_COLUMNS}) select ${OUTBOX_COLUMNS} from (${eventsFromRows(late)}) events`,
    );
    await rollUp(connection.db, NOW);
    expect(await verify()).toMatchObject({ differences: 0, events: 106 });
    const weekly = { ...window, fromMs: NOW - 300 * 24 * HOUR };
    expect((await readMetrics(connection.db, weekly, NOW)).buckets.at(-1)?.providers.comfyui.counters.succeeded).toBe(
      53,
    );
  });

  it("are forgotten with those that they are the sum of, and what is asked for of that time stays", async () => {
    for (let hoursAgo = 1; hoursAgo < 24 * 14; hoursAgo += 11) await settled(hoursAgo, { count: 2, latencyMs: 1_000 });
    await queueAll();
    const laterMs = NOW + 10 * 24 * HOUR;
    const ask = async () => {
      const answers = [];
      for (const [fromMs, toMs] of [
        [laterMs - 14 * 24 * HOUR, laterMs - 13 * 24 * HOUR],
        [laterMs - 20 * 24 * HOUR, laterMs - 17 * 24 * HOUR],
        [laterMs - 30 * 24 * HOUR, laterMs],
      ] as const) {
        const query = { ...window, fromMs, toMs };
        answers.push(await readTotals(connection.db, query, laterMs), await readSeries(connection.db, query, laterMs));
      }
      return answers;
    };
    const before = await ask();
    const count = async () =>
      (await connection.db.execute<{ n: number }>(sql`select count(*)::int as n from rollups where width_ms = 900000`))
        .rows[0]?.n;
    const quarters = (await count()) ?? 0;
    await forgetFineRollups(connection.db, laterMs);
    expect(await count()).toBeLessThan(quarters);
    expect(await count()).toBeGreaterThan(0);
    expect(await ask()).toEqual(before);
    expect(await verifyRollups(connection.db, { environment, nowMs: laterMs })).toMatchObject({ differences: 0 });
  });

  it("draw the same points from quantiles beside distributions as from those themselves, with what is pending", async () => {
    for (let hoursAgo = 1; hoursAgo < 60; hoursAgo += 5) {
      await settled(hoursAgo, { latencyMs: 1_000 + 97 * hoursAgo, count: 130 });
      await settled(hoursAgo + 1, { latencyMs: 40_000 + hoursAgo, coldClass: "cold", count: 3 });
      await settled(hoursAgo, { provider: "scenario", latencyMs: 2_000, count: 2 });
    }
    await settled(1, { source: "playground", latencyMs: 7_000, count: 4 });
    await queueAll();
    await connection.db.execute(
      sql`insert into rollup_outbox (kind, environment, source, provider, operation, bucket_at, state, cold_class, latency_ms)
        select 'generation', ${environment}, 'api', 'comfyui', 'txt2img', ${new Date(NOW - 26 * HOUR)}::timestamptz, 'succeeded', 'warm', 9000
        from generate_series(1, 200)`,
    );
    const spans = [24, 7 * 24, 30 * 24, 90 * 24, 365 * 24].map((hours) => ({ ...window, fromMs: NOW - hours * HOUR }));
    const ask = async () => {
      const answers = [];
      for (const span of spans) {
        answers.push(await readSeries(connection.db, span, NOW));
        answers.push(await readSeries(connection.db, { ...span, series: ["latencyWarm"] }, NOW));
        answers.push(await readSeries(connection.db, { ...span, populations: ["callers", "trials"] }, NOW));
        answers.push(await readSeries(connection.db, { ...span, withAll: true, providers: ["comfyui"] }, NOW));
      }
      return answers;
    };
    const before = await ask();
    const month = before[8]?.buckets.flatMap(({ comfyui }) => (comfyui ? [comfyui.latencyWarm] : []));
    expect(month).toContainEqual(expect.objectContaining({ msP50: 9_000 }));
    await connection.db.transaction(async (tx) => {
      await lockRollups(tx);
      await tx.execute(sql`update rollups set quantiles = null`);
    });
    expect(await ask()).toEqual(before);
  });

  it("are caught when values were exchanged for others of the same number, or a failure's time was lost", async () => {
    await settled(2, { latencyMs: 3_000, count: 120 });
    await settled(2.1, { state: "failed", failureMode: "timeout", count: 3 });
    await queueAll();
    // Moves one value within the distribution: no count, no end and none of the percentiles differ.
    await connection.db.execute(sql`update generations set latency_ms = case
      when id = (select min(id::text)::uuid from generations where state = 'succeeded') then 1000
      when id = (select max(id::text)::uuid from generations where state = 'succeeded') then 9000 else latency_ms end`);
    await queueAll();
    const middle = sql`(select id from generations where state = 'succeeded' and latency_ms = 3000 order by id limit 1)`;
    await connection.db.execute(sql`update generations set latency_ms = 1200 where id = ${middle}`);
    expect((await verify()).first?.what).toMatch(/^latencyWarm: how many of about 1[0-9]{3} ms$/);
    await queueAll();
    for (const { widthMs } of TIERS)
      await change({ widthMs, isTotal: true }, ({ failures, ...others }) => ({
        ...others,
        failures: failures.timeout ? { timeout: { ...failures.timeout, lastSeenMs: 1 } } : failures,
      }));
    expect((await verify()).first).toMatchObject({ what: "failures: timeout, last seen (ms)", rollups: 1 });
  });

  it("name what attempts failed of, also where a fallback has hidden it from the caller", async () => {
    await settled(1, { provider: "scenario", rescuedFrom: "comfyui", count: 4 });
    await settled(2, { state: "failed", failureMode: "timeout", count: 2 });
    await queueAll();
    const { all, comfyui } = (await readTotals(connection.db, window, NOW)).current;
    expect(all.failures).toEqual([{ mode: "timeout", n: 2, lastSeenMs: expect.any(Number) }]);
    expect(comfyui.attemptFailures).toMatchObject([{ mode: "unknown", n: 6 }]);
    expect(comfyui.attemptsFailed).toBe(6);
  });

  it("show the time before as it was: as long, and without what came at or after the seam", async () => {
    // 12:00:30 now; a day of buckets of 15 minutes ends at 12:15, so the seam is at 12:15 of the day before.
    const seamMs = Date.UTC(2026, 10, 24, 12, 15);
    await addGenerations(connection.db, environment, { count: 7, at: new Date(seamMs - 7_000) });
    await addGenerations(connection.db, environment, { count: 5, at: new Date(seamMs) });
    await queueAll();
    for (const fromMs of [window.fromMs, seamMs]) {
      const { current, previous } = await readTotals(connection.db, { ...window, fromMs }, NOW);
      expect(previous.toMs).toBe(current.fromMs);
      expect(previous.toMs - previous.fromMs).toBe(current.toMs - current.fromMs);
      expect(current.all.generations + previous.all.generations).toBe(12);
    }
    const { current, previous } = await readTotals(connection.db, { ...window, fromMs: seamMs }, NOW);
    expect([previous.all.generations, current.all.generations]).toEqual([7, 5]);
    // Where the time before is too old for fine roll-ups, both are cut more coarsely.
    const old = { ...window, fromMs: NOW - 14 * 24 * HOUR, toMs: NOW - 13.9 * 24 * HOUR };
    const both = await readTotals(connection.db, { ...old, fromMs: NOW - 15.5 * 24 * HOUR }, NOW);
    expect(both.previous.toMs).toBe(both.current.fromMs);
  });

  it("are the same sums from coarse roll-ups as bucket by bucket", async () => {
    for (let hoursAgo = 1; hoursAgo < 400; hoursAgo += 7)
      await settled(hoursAgo, { count: 3, coldClass: hoursAgo > 100 ? "cold" : "warm", latencyMs: 1_000 + hoursAgo });
    await queueAll();
    const cuts = [
      [1, HOUR / 60],
      [5, HOUR / 12],
      [24, HOUR / 4],
      [24 * 7, HOUR],
      [24 * 30, HOUR],
      [24 * 200, 24 * HOUR],
    ] as const;
    for (const [hours, bucketMs] of cuts) {
      const span = { ...window, fromMs: NOW - hours * HOUR };
      const { current } = await readTotals(connection.db, span, NOW);
      const { totals, fromMs, toMs } = await readMetrics(connection.db, { ...span, ...current, bucketMs }, NOW);
      expect([fromMs, toMs]).toEqual([current.fromMs, current.toMs]);
      expect(current.comfyui).toEqual(toPoint(totals().comfyui));
    }
  });

  it("are narrowed by provider, class, source, operation and model, and add up to all", async () => {
    await settled(3, { coldClass: "cold", latencyMs: 47_000, count: 4 });
    await settled(3, { coldClass: "queued", latencyMs: 5_000, count: 3 });
    await settled(2, { provider: "scenario", count: 6 });
    await settled(1, { source: "cli", count: 2 });
    await queueAll();
    const of = async (narrowing: Partial<Parameters<typeof readTotals>[1]>) =>
      (await readTotals(connection.db, { ...window, ...narrowing }, NOW)).current;
    expect((await of({})).all.generations).toBe(15);
    expect(await of({ providers: ["comfyui"] })).toMatchObject({
      all: { generations: 9, cold: 4, queued: 3, warm: 2, latencyOther: { n: 3 } },
      scenario: { generations: 0 },
    });
    expect((await of({ classes: ["cold"] })).all).toMatchObject({ generations: 4, latency: { n: 4, msP50: 47_000 } });
    expect((await of({ sources: ["cli"] })).all.generations).toBe(2);
    expect((await of({ models: ["none"] })).all.generations).toBe(0);
    expect((await of({ operations: ["txt2img"] })).all.generations).toBe(15);
    const { buckets } = await readSeries(connection.db, { ...window, bucketMs: HOUR, withAll: true }, NOW);
    for (const { all, scenario, comfyui } of buckets)
      expect(all?.generations ?? 0).toBe((scenario?.generations ?? 0) + (comfyui?.generations ?? 0));
    expect(buckets.filter(({ all }) => all !== null)).toHaveLength(3);

    const groups = async (by: Grouping) =>
      (await readGroups(connection.db, { ...window, bucketMs: HOUR, by }, NOW)).groups.map(({ group, total }) => [
        group,
        total.generations,
      ]);
    const expected: Record<Grouping, [string, number][]> = {
      provider: [
        ["comfyui", 9],
        ["scenario", 6],
      ],
      // The hand-made attempts have no class: a group of their own, without generations.
      class: [
        ["warm", 8],
        ["cold", 4],
        ["queued", 3],
        ["", 0],
      ],
      source: [
        ["api", 13],
        ["cli", 2],
      ],
      operation: [["txt2img", 15]],
      model: [["", 15]],
    };
    for (const by of GROUPINGS) expect(await groups(by)).toEqual(expected[by]);
    // What is not rolled up yet stands in the same groups.
    await connection.db.execute(sql`truncate rollups`);
    const span = { environment, fromMs: window.fromMs, toMs: NOW };
    await connection.db.execute(
      sql`insert into rollup_outbox (${OUTBOX_COLUMNS}) select ${OUTBOX_COLUMNS} from (${eventsFromRows(span)}) events`,
    );
    for (const by of GROUPINGS) expect(await groups(by)).toEqual(expected[by]);
  });

  it("leave buckets without traffic empty, mark the running one, and refuse what cannot be answered", async () => {
    await settled(2);
    await queueAll();
    const { buckets, bucketMs } = await readMetrics(connection.db, window, NOW);
    expect(bucketMs).toBe(15 * 60_000);
    expect(buckets.filter(({ providers }) => providers.comfyui.counters.generations > 0)).toHaveLength(1);
    expect(buckets.filter(({ isRunning }) => isRunning).map(({ startMs }) => startMs)).toEqual([
      Date.UTC(2026, 10, 25, 12),
    ]);
    for (const [wrong, rule] of [
      [{ toMs: window.fromMs }, /toMs must be after fromMs/],
      [{ fromMs: NOW - 200 * 366 * 24 * HOUR, toMs: NOW }, /at most 5 years/],
      [{ bucketMs: 1_234 }, /bucketMs must be one of/],
      [{ fromMs: NOW - 300 * 24 * HOUR, bucketMs: 60_000 }, /at least 3600000: nothing finer is kept/],
    ] as const)
      await expect(readMetrics(connection.db, { ...window, ...wrong }, NOW)).rejects.toMatchObject({
        code: "BAD_REQUEST",
        message: expect.stringMatching(rule),
      });
  });

  it("put the plan's expectations beside what was measured, and say how cold starts move", async () => {
    for (let hoursAgo = 20; hoursAgo > 0; hoursAgo -= 2) {
      await settled(hoursAgo, { latencyMs: 2_500, coldClass: "warm" });
      await settled(hoursAgo - 0.5, { count: Math.round(hoursAgo / 2), latencyMs: 95_000, coldClass: "cold" });
    }
    await queueAll();
    const { expected, coldTrend, current, previous } = await readTotals(connection.db, window, NOW);
    const cell = (column: string, row: string) => expected.find((one) => one.column === column && one.row === row);
    expect(cell("warm", "p95")?.verdict).toMatchObject({ kind: "proved_good", n: 500, value: 2_500 });
    expect(cell("cold", "p50")?.verdict).toMatchObject({ kind: "proved_bad", value: 95_000, threshold: 45_000 });
    expect(cell("scenario", "p50")?.verdict?.kind).toBe("no_data");
    expect(cell("cold", "error_rate")).toMatchObject({ expected: null, verdict: null });
    expect(coldTrend.trend).toBe("falling");
    expect(current.comfyui.generations).toBe(555);
    expect(previous.all.generations).toBe(0);
  });
});
