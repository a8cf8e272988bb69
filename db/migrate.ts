import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as applyMigrations } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import { projectRoot } from "./project-root";

/** Any number will do, as long as every Switchyard uses the same. */
const LOCK_KEY = 7_219_041_833;
const LOCK_WAIT_MS = 300_000;

/**
 * Brings the schema up to this release's migrations and returns how many were applied. Instances that start together
 * take turns. Forward only: a database that is ahead of the code is left as it is, so a release can be taken back.
 */
export async function migrate(options: { databaseUrl: string; log?: (line: string) => void }): Promise<number> {
  const migrationsFolder = join(projectRoot(), "db", "migrations");
  const client = new pg.Client({
    connectionString: options.databaseUrl,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: "switchyard-migrate",
  });
  // The query that is running reports a broken connection; without a listener it would end the process as well.
  client.on("error", () => {});
  await client.connect();
  try {
    await takeLock(client, options.log ?? (() => {}));
    const before = await newestApplied(client);
    await applyMigrations(drizzle(client), { migrationsFolder });
    return readMigrationFiles({ migrationsFolder }).filter(({ folderMillis }) => folderMillis > before).length;
  } finally {
    // Ending the session gives the lock back.
    await client.end().catch(() => {});
  }
}

async function takeLock(client: pg.Client, log: (line: string) => void): Promise<void> {
  const deadline = Date.now() + LOCK_WAIT_MS;
  for (let tries = 0; ; tries += 1) {
    const { rows } = await client.query<{ taken: boolean }>("select pg_try_advisory_lock($1) as taken", [LOCK_KEY]);
    if (rows[0]?.taken === true) return;
    if (Date.now() > deadline) throw new Error("another process has been migrating the database for 5 minutes");
    if (tries === 10) log("waiting for another process that is migrating the database");
    await sleep(200);
  }
}

/** Drizzle's own bookkeeping: the creation time of the newest migration applied, 0 in an empty database. */
async function newestApplied(client: pg.Client): Promise<number> {
  const table = await client.query<{ name: string | null }>(
    "select to_regclass('drizzle.__drizzle_migrations') as name",
  );
  if (table.rows[0]?.name === null) return 0;
  const newest = await client.query<{ at: string | null }>(
    "select max(created_at) as at from drizzle.__drizzle_migrations",
  );
  return Number(newest.rows[0]?.at ?? 0);
}
