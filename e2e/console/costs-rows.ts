import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { SMTPServer } from "smtp-server";
import { startDatabase } from "../chaos/processes/database";
import { startSwitchyard } from "../support/switchyard";
import { test as base, QUICK_SANDBOX } from "./console-test";

interface PerWorker {
  ownDatabase: { url: string; pool: pg.Pool };
  rows: pg.Pool;
  /** A mail server on loopback, and what has come to it. */
  postbox: { url: string; mails: string[] };
}

/** A Switchyard whose database the test writes to: weeks of the past cannot be lived through. */
export const test = base.extend<object, PerWorker>({
  ownDatabase: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs from this pattern
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), "switchyard-costs-"));
      chmodSync(folder, 0o711);
      mkdirSync(join(folder, "logs"));
      const database = await startDatabase(join(folder, "database"), join(folder, "logs", "database.log"));
      await use(database);
      await database.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
    { scope: "worker", timeout: 90_000 },
  ],
  postbox: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs from this pattern
    async ({}, use) => {
      const mails: string[] = [];
      const server = new SMTPServer({
        authOptional: true,
        disabledCommands: ["STARTTLS"],
        onData(stream, _session, done) {
          const chunks: Buffer[] = [];
          stream.on("data", (chunk: Buffer) => chunks.push(chunk));
          stream.on("end", () => {
            mails.push(String(Buffer.concat(chunks)).replace(/=\r\n/g, ""));
            done();
          });
        },
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      await use({ url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, mails });
      await new Promise<void>((resolve) => server.close(resolve));
    },
    { scope: "worker" },
  ],
  switchyard: [
    async ({ ownDatabase, postbox }, use) => {
      const env = { ...QUICK_SANDBOX, DATABASE_URL: ownDatabase.url, SMTP_URL: postbox.url };
      const switchyard = await startSwitchyard({ env });
      await use(switchyard);
      await switchyard.stop();
    },
    { scope: "worker", timeout: 90_000 },
  ],
  rows: [
    async ({ ownDatabase, switchyard: _started }, use) => {
      await addWeek(ownDatabase.pool, "2026-11-09", 0.5);
      await addWeek(ownDatabase.pool, "2026-11-16", 1);
      await addUsage(ownDatabase.pool, "2026-11-16");
      await addIncident(ownDatabase.pool, "2026-11-18T13:30:00Z");
      await use(ownDatabase.pool);
    },
    { scope: "worker", timeout: 60_000 },
  ],
});

interface Batch {
  provider: "scenario" | "comfyui";
  count: number;
  costMicros: number;
  coldMicros: number;
}

/** A week of the sandbox from its Monday on: Scenario's images at $0.075, ComfyUI's with some cold starts, a standing worker. */
async function addWeek(pool: pg.Pool, monday: string, size: number): Promise<void> {
  const from = Date.parse(`${monday}T12:00:00Z`);
  for (let day = 0; day < 7; day++) {
    const at = new Date(from + day * 86_400_000);
    const busy = day < 5 ? 1 : 0.4;
    const batches: Batch[] = [
      { provider: "scenario", count: Math.round(60 * busy * size), costMicros: 75_000, coldMicros: 0 },
      { provider: "comfyui", count: Math.round(90 * busy * size), costMicros: 2_310, coldMicros: 0 },
      { provider: "comfyui", count: Math.round(6 * busy * size), costMicros: 2_310, coldMicros: 15_017 },
    ];
    for (const batch of batches) await addBatch(pool, at, batch);
  }
  await pool.query(
    `insert into cost_lines (environment, provider, kind, cost_micros, at) values ('sandbox', 'comfyui', 'standing_worker', $1, $2)`,
    [Math.round(3_141_593 * size), new Date(from + 2 * 86_400_000)],
  );
}

async function addBatch(pool: pg.Pool, at: Date, { provider, count, costMicros, coldMicros }: Batch): Promise<void> {
  await pool.query(
    `with made as (
      insert into generations (id, environment, scope, body_hash, source, operation, state, provider, revision, fallback_allowed,
        cold_class, latency_ms, cost_micros, baseline_micros, image_count, attempt_count, created_at, deadline_at, finished_at)
      select gen_random_uuid(), 'sandbox', 'test', 'hash', 'api', 'txt2img', 'succeeded', $1, 1, false,
        case when $4::bigint > 0 then 'cold' else 'warm' end, 3000, $3::bigint + $4::bigint, 75000, 1, 1,
        $2::timestamptz + i * interval '1 second', $2::timestamptz + interval '9 minutes', $2::timestamptz + interval '8 minutes'
      from generate_series(1, $5::int) i returning id, created_at),
    tried as (
      insert into attempts (id, generation_id, number, environment, provider, reason, revision, receipt, state, cost_micros, created_at, deadline_at, finished_at)
      select gen_random_uuid(), id, 1, 'sandbox', $1, 'primary', 1, '{}'::jsonb, 'succeeded', $3::bigint + $4::bigint, created_at,
        created_at + interval '3 minutes', created_at + interval '3 seconds' from made returning id, generation_id)
    insert into cost_lines (generation_id, attempt_id, environment, provider, kind, cost_micros, at)
    select generation_id, id, 'sandbox', $1, kind, micros, $2 from tried,
      (values (case when $1 = 'scenario' then 'generation' else 'execution' end, $3::bigint), ('start_up', $4::bigint)) as line (kind, micros)
    where micros > 0`,
    [provider, at, costMicros, coldMicros, count],
  );
}

/** Scenario's usage of the week's first days, as it was told last: five days of 500 creative units. */
async function addUsage(pool: pg.Pool, monday: string): Promise<void> {
  await pool.query(
    `insert into usage_days (environment, provider, account, day_at, version, units)
      select 'sandbox', 'scenario', '127.0.0.1', $1::timestamptz + day * interval '1 day', 99, 500 from generate_series(0, 4) day`,
    [`${monday}T00:00:00Z`],
  );
}

async function addIncident(pool: pg.Pool, at: string): Promise<void> {
  await pool.query(
    `insert into incidents (id, environment, revision, previous_revision, title, opened_by, opened_at, resolved_at)
      values (gen_random_uuid(), 'sandbox', 1, 1, 'Rehearsal of a bad night', 'Jo', $1, $1)`,
    [at],
  );
}
