import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { runCli } from "./testing/run-cli";

const LONG_MS = 180_000;
const ROWS = 12_000;
let folder: string;
let database: TestDatabase;
let connection: Connection;
let env: Record<string, string>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "switchyard-import-cli-"));
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  env = { DATABASE_URL: database.url, SWITCHYARD_DATA_DIR: folder };
});
afterAll(async () => {
  await connection.close();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, rows: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, ["when,op,end,took,n", ...rows].join("\n"));
  return path;
}
const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, at) => `${1_732_000_000 + at * 60},txt2img,succeeded,${1 + (at % 90)}.5,1`);
const MAP = ["--map", "when=createdAt:s,op=operation,end=state,took=latencyMs:s,n=images", "--provider", "runpod"];

it(
  "killed in the middle, goes on with the same command, and no row is there twice",
  async () => {
    const path = write("killed.csv", rowsOf(ROWS));
    const args = ["import", path, ...MAP, "--env", "sandbox", "--json"];
    // Its second chunk takes until somebody ends it.
    await connection.db.execute(
      sql`create function wait() returns trigger language plpgsql as 'begin perform pg_sleep(50); return new; end'`,
    );
    await connection.db.execute(
      sql`create trigger wait before update on imports for each row when (new.row_count = 4000) execute function wait()`,
    );
    const killed = await runCli(args, env, (child, said) => {
      if (!/storing/.test(said())) return;
      void expect
        .poll(rowCount, { timeout: 60_000, interval: 20 })
        .toBe(2_000)
        .finally(() => child.kill("SIGKILL"));
    });
    expect(killed).toMatchObject({ code: null, stdout: "" });
    await connection.db.execute(
      sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'switchyard cli' and datname = current_database()`,
    );
    await expect.poll(() => connection.db.execute(sql`drop trigger wait on imports`), { timeout: 60_000 }).toBeTruthy();
    expect(await rowCount()).toBe(2_000);

    const again = await runCli(args, env);
    expect(again).toMatchObject({ code: 0 });
    expect(JSON.parse(again.stdout)).toMatchObject({
      environment: "sandbox",
      resumedAfter: 2_000,
      stored: ROWS,
      counts: { "txt2img succeeded": ROWS },
    });
    const { rows } = await connection.db.execute(
      sql`select count(*)::int as n, (select count(*)::int from rollup_outbox) as outbox from generations`,
    );
    expect(rows).toEqual([{ n: ROWS, outbox: 0 }]);
  },
  LONG_MS,
);

it(
  "of what does not fit says the line and the column, and ends with a code of its own",
  async () => {
    const path = write("bad.csv", [...rowsOf(2), "1732000000,txt2img,succeeded,-4,1"]);
    const bad = await runCli(["import", path, ...MAP], env);
    expect(bad).toMatchObject({
      code: 3,
      stdout: expect.stringContaining("line 4: took (latencyMs) must not be negative"),
    });
    const unfit = await runCli(["import", path, "--map", "gentd26"], env);
    expect(unfit).toMatchObject({ code: 2, stderr: expect.stringContaining("line 1: lacks the columns gmt_create") });
  },
  LONG_MS,
);

async function rowCount(): Promise<number> {
  const { rows } = await connection.db.execute<{ n: number }>(
    sql`select coalesce(max(row_count), 0)::int as n from imports`,
  );
  return rows[0]?.n ?? 0;
}
