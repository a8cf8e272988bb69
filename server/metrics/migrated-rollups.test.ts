import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { migrate as applyMigrations } from "drizzle-orm/node-postgres/migrator";
import { expect, inject, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { migrate } from "@/db/migrate";
import { projectRoot } from "@/db/project-root";
import { createDatabase, dropDatabase } from "@/db/testing/admin";
import { readMetrics } from "./read-metrics";
import { rollUp } from "./roll-up";
import { verifyRollups } from "./verify-rollups";

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
