import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { migrate as applyMigrations } from "drizzle-orm/node-postgres/migrator";
import { expect, inject, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { migrate } from "@/db/migrate";
import { projectRoot } from "@/db/project-root";
import { generationFacets } from "@/db/queries/generation-facets";
import { EVENT_COLUMNS, type EventRow, eventsFromRows, toMetricEvent } from "@/db/queries/metric-events";
import { createDatabase, dropDatabase } from "@/db/testing/admin";
import { localPrincipal } from "@/server/auth/access";
import { TIERS } from "@/server/domain/metrics/buckets";
import { storeMeasures } from "@/server/domain/metrics/stored-measures";
import { chartView } from "@/server/gateway/chart-generations";
import { toCells } from "./cells";
import { makeWideRollups } from "./make-wide-rollups";
import { readMetrics } from "./read-metrics";
import { readSeries } from "./read-series";
import { readTotals } from "./read-totals";
import { forgetFineRollups, rollUp } from "./roll-up";
import { verifyRollups } from "./verify-rollups";

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 25, 12);
const environment = "production";

/** As if the release before this migration had been the newest. */
async function migrateBefore({ db }: Connection, tag: string): Promise<void> {
  const all = join(projectRoot(), "db", "migrations");
  const folder = mkdtempSync(join(tmpdir(), "switchyard-migrations-"));
  try {
    cpSync(all, folder, { recursive: true });
    const path = join(folder, "meta", "_journal.json");
    const journal = JSON.parse(readFileSync(path, "utf8")) as { entries: { tag: string }[] };
    const end = journal.entries.findIndex((entry) => entry.tag === tag);
    if (end < 1) throw new Error(`no migration is called ${tag}`);
    writeFileSync(path, JSON.stringify({ ...journal, entries: journal.entries.slice(0, end) }));
    await applyMigrations(db, { migrationsFolder: folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rows of an installation of that time, in that time's columns. */
async function fill({ db }: Connection): Promise<void> {
  await db.execute(sql`insert into environments (name, current_revision) values (${environment}, 1)`);
  await db.execute(sql`insert into rollout_revisions (id, environment, number, candidate_share_bp, phase, salt, source, actor)
    values (gen_random_uuid(), ${environment}, 1, 5000, 'gradual', 'salt', 'cli', 'test')`);
  await db.execute(sql`
    with g as (insert into generations (id, environment, scope, body_hash, source, operation, state, provider, revision, fallback_allowed,
        cold_class, failure_mode, image_count, latency_ms, cost_micros, baseline_micros, created_at, deadline_at, finished_at)
      select gen_random_uuid(), ${environment}, 'test', 'hash', case i % 5 when 0 then 'playground' else 'api' end, 'txt2img',
        (array['succeeded', 'failed', 'succeeded', 'running'])[1 + i % 4], (array['comfyui', 'scenario'])[1 + i % 2], 1, true,
        case when i % 4 = 0 then 'cold' end, case when i % 4 = 1 then 'timeout' end, case when i % 2 = 0 then 1 else 0 end,
        case when i % 4 < 3 then 1000 + i end, case when i % 4 < 3 then 2000 + i end, 75000, at, at + interval '3 minutes',
        case when i % 4 < 3 then at + interval '1 minute' end
      from generate_series(1, 200) i, lateral (select ${new Date(NOW)}::timestamptz - i * interval '7 hours' as at) t
      returning *),
    a as (insert into attempts (id, generation_id, number, environment, provider, reason, revision, receipt, state, model, delay_ms,
        execution_ms, cold_class, start_up_ms, failure_mode, created_at, deadline_at, finished_at)
      select gen_random_uuid(), id, 1, environment, provider, 'primary', 1, '{}', state, 'flux', 40000, 3000, cold_class,
        case when cold_class = 'cold' then 39000 end, failure_mode, created_at, deadline_at, finished_at from g returning *)
    insert into cost_lines (generation_id, attempt_id, environment, provider, kind, cost_micros)
      select generation_id, id, environment, provider, 'start_up', 900 from a where cold_class = 'cold'`);
}

/** A database of its own, of the release before a migration. */
async function before(tag: string, work: (connection: Connection, url: string) => Promise<void>): Promise<void> {
  const { serverUrl, prefix } = inject("testDatabase");
  const name = `${prefix}_migrated`;
  const url = await createDatabase(serverUrl, name);
  const connection = connect({ url, name: "test", ...POOL_LIMITS.tool });
  try {
    await migrateBefore(connection, tag);
    await fill(connection);
    await work(connection, url);
  } finally {
    await connection.close();
    await dropDatabase(serverUrl, name);
  }
}

/** What the rows stand for, as that release's writer left it: in four widths, without quantiles. */
async function rollUpAsBefore({ db }: Connection): Promise<void> {
  const span = { environment, fromMs: NOW - 90 * DAY_MS, toMs: NOW };
  const { rows } = await db.execute<EventRow>(sql`select ${EVENT_COLUMNS} from (${eventsFromRows(span)}) events`);
  const cells = [...toCells(rows.map(toMetricEvent), NOW).values()].flatMap(({ builder, ...place }) =>
    TIERS.some(({ widthMs, sumOfMs }) => widthMs === place.widthMs && sumOfMs === null)
      ? [{ ...place, ...storeMeasures(builder.build()) }]
      : [],
  );
  await db.execute(
    sql`insert into rollups (environment, width_ms, is_total, start_at, provider, source, operation, model, cold_class, numbers, latencies, parts)
      select environment, "widthMs", "isTotal", to_timestamp("startMs" / 1000), provider, source, operation, model, "coldClass", numbers, latencies, parts
      from jsonb_to_recordset(${JSON.stringify(cells)}::jsonb) as k(environment text, "widthMs" int, "isTotal" bool, "startMs" float8, provider text,
        source text, operation text, model text, "coldClass" text, numbers text, latencies text, parts text)
      on conflict (environment, width_ms, is_total, start_at, provider, source, operation, model, cold_class)
        do update set numbers = excluded.numbers, latencies = excluded.latencies, parts = excluded.parts`,
  );
}

it("an installation with roll-ups shows the same before, while and after its wide ones are made", async () => {
  await before("0035_wide_rollups", async (connection, url) => {
    const { db } = connection;
    await rollUpAsBefore(connection);
    await migrate({ databaseUrl: url });
    const verified = async () =>
      expect(await verifyRollups(db, { environment, nowMs: NOW })).toMatchObject({ first: null, events: 300 });
    const ask = async () => {
      const answers = [];
      for (const days of [1, 7, 30, 90, 365]) {
        const query = { environment, fromMs: NOW - days * DAY_MS, toMs: NOW, populations: ["callers"] as const };
        answers.push(await readTotals(db, query, NOW), await readSeries(db, query, NOW));
        answers.push(await chartView(db, localPrincipal("test"), query, NOW), await generationFacets(db, query, NOW));
      }
      return answers;
    };
    const standIns = async () =>
      (
        await db.execute<{ n: number; begun: number }>(
          sql`select count(*)::int as n, count(made_to)::int as begun from rollup_stand_ins`,
        )
      ).rows[0];
    // Each width that is a sum, with what it is the sum of.
    const { rows } = await db.execute<{ pair: number[] }>(
      sql`select array[width_ms, stand_in_ms] as pair from rollup_stand_ins order by 1`,
    );
    expect(rows.map(({ pair }) => pair)).toEqual(
      TIERS.flatMap(({ widthMs, sumOfMs }) => (sumOfMs === null ? [] : [[widthMs, sumOfMs]])),
    );
    const asked = await ask();
    await verified();

    let looks = 0;
    const afterThree = {
      get aborted() {
        looks += 1;
        return looks > 3;
      },
    } as AbortSignal;
    expect(await makeWideRollups(db, afterThree)).toBeLessThan(4);
    const { begun, n } = (await standIns()) ?? { begun: 0, n: 0 };
    expect(begun + 4 - n).toBeGreaterThan(0);
    expect(n).toBeGreaterThan(0);
    expect(await ask()).toEqual(asked);
    await verified();

    expect(await makeWideRollups(db)).toBe(n);
    expect(await standIns()).toEqual({ n: 0, begun: 0 });
    const { rows: without } = await db.execute(
      sql`select 1 from rollups where is_total and quantiles is null and width_ms > 60000`,
    );
    expect(without).toEqual([]);
    expect(await ask()).toEqual(asked);
    await verified();
    const wide = await db.execute<{ n: number }>(
      sql`select count(*)::int as n from rollups where width_ms = ${7 * DAY_MS} and is_total`,
    );
    expect(wide.rows[0]?.n).toBeGreaterThan(8);
  });
});

it("what the release before writes beside this one is shown at once, and is in the wide roll-ups in the end", async () => {
  await before("0035_wide_rollups", async (connection, url) => {
    const { db } = connection;
    await migrate({ databaseUrl: url });
    await rollUpAsBefore(connection);
    await makeWideRollups(db);
    const query = { environment, fromMs: NOW - 90 * DAY_MS, toMs: NOW, populations: ["callers"] as const };
    const counted = async () => {
      const [totals, series] = [await readTotals(db, query, NOW), await readSeries(db, query, NOW)];
      const { latency } = totals.current.scenario;
      return [latency.n, series.buckets.reduce((sum, { scenario }) => sum + (scenario?.latency.n ?? 0), 0)];
    };
    const [n = 0] = await counted();
    expect(await counted()).toEqual([n, n]);
    // One more has ended, on a day that has another one, so quantiles as well; the release before adds it to the rows that it knows.
    await db.execute(sql`update generations set finished_at = created_at, state = 'succeeded', latency_ms = 5000, cost_micros = 1, baseline_micros = 1
      where id = (select id from generations where state = 'running' and source = 'api' and provider = 'scenario'
        and extract(hour from created_at at time zone 'UTC') < 9 order by created_at limit 1)`);
    await rollUpAsBefore(connection);
    expect(await counted()).toEqual([n + 1, n + 1]);
    expect(await verifyRollups(db, { environment, nowMs: NOW })).toMatchObject({ first: null, events: 301 });
    await makeWideRollups(db);
    expect(await counted()).toEqual([n + 1, n + 1]);
    expect(await verifyRollups(db, { environment, nowMs: NOW })).toMatchObject({ first: null, events: 301 });
    expect((await db.execute(sql`select 1 from rollup_stand_ins`)).rows).toEqual([]);
    // This release's own writers, and its forgetting, are no other's.
    await db.execute(sql`insert into rollup_outbox (kind, environment, source, provider, operation, bucket_at, state)
      values ('cost', ${environment}, 'api', 'scenario', 'txt2img', ${new Date(NOW - DAY_MS)}, 'succeeded')`);
    expect(await rollUp(db, NOW)).toBe(1);
    await forgetFineRollups(db, NOW);
    expect((await db.execute(sql`select 1 from rollup_stand_ins`)).rows).toEqual([]);
  });
});

it("an installation with data is counted from its first day when it gets roll-ups, and anew when they get more columns", async () => {
  const { serverUrl, prefix } = inject("testDatabase");
  const name = `${prefix}_migrated`;
  const url = await createDatabase(serverUrl, name);
  const connection = connect({ url, name: "test", ...POOL_LIMITS.tool });
  const { db } = connection;
  const count = async (table: string) =>
    (await db.execute<{ n: number }>(sql`select count(*)::int as n from ${sql.raw(table)}`)).rows[0]?.n;
  try {
    await migrateBefore(connection, "0007_rollups");
    await fill(connection);
    await migrateBefore(connection, "0008_endpoint");
    expect(await count("rollup_outbox")).toBe(300); // 150 that have ended, each with its attempt
    // Half has been rolled up by the release of that time, in its columns.
    await db.execute(sql`delete from rollup_outbox where id % 2 = 0`);
    await db.execute(sql`insert into rollups (environment, width_ms, is_total, start_at, provider, source, operation, model, counters, failures, sketches)
      select distinct environment, 86400000, true, date_trunc('day', created_at, 'UTC'), provider, 'callers', '*', '*', '{"generations": 1}'::jsonb,
        '{}'::jsonb, ''::bytea from generations`);
    await migrate({ databaseUrl: url });
    expect([await count("generations"), await count("attempts")]).toEqual([200, 200]);

    const window = {
      environment,
      fromMs: NOW - 90 * 86_400_000,
      toMs: NOW,
      populations: ["callers", "trials", "checklist"] as const,
    };
    const check = async () => {
      expect(await verifyRollups(db, { environment, nowMs: NOW })).toMatchObject({ first: null, events: 300 });
      const totals = (await readMetrics(db, window, NOW)).totals();
      expect(totals.comfyui.counters.coldStartMicros + totals.scenario.counters.coldStartMicros).toBe(50 * 900);
      return totals;
    };
    const before = await check();
    await rollUp(db, NOW);
    expect(await count("rollup_outbox")).toBe(0);
    expect(await check()).toEqual(before);
  } finally {
    await connection.close();
    await dropDatabase(serverUrl, name);
  }
});
