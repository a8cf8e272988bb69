import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Span } from "../spans";
import { ROOT, startProgram } from "./program";

export interface ChaosDatabase {
  url: string;
  /** The harness's own connections. */
  pool: pg.Pool;
  /** Kills the server and resolves when it has recovered. */
  kill(): Promise<void>;
  /** When it was down. */
  outages: Span[];
  stop(): Promise<void>;
}

/** PostgreSQL as a program beside the harness, which is started again whenever it is killed. */
export async function startDatabase(dataDir: string, logFile: string): Promise<ChaosDatabase> {
  const program = await startProgram({
    args: ["--import", "tsx", join(ROOT, "db", "testing", "serve-database.ts"), dataDir],
    env: { NODE_ENV: "test" },
    logFile,
    ready: "message",
  });
  const { url, cluster } = program.ready as { url: string; cluster: string };
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    connectionTimeoutMillis: 10_000,
    query_timeout: 30_000,
    application_name: "chaos",
  });
  // Without a listener a killed server would end the harness.
  pool.on("error", () => {});
  /** On a busy machine one question may fail while nothing is wrong. */
  const patiently = async <T>(ask: () => Promise<T>): Promise<T> => {
    const deadline = Date.now() + 60_000;
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await sleep(200);
      }
    }
  };
  const startTime = async () => {
    const { rows } = await pool.query<{ at: string }>("select pg_postmaster_start_time()::text as at");
    return rows[0]?.at ?? "";
  };
  const outages: Span[] = [];

  return {
    url,
    pool,
    async kill() {
      const pid = Number(readFileSync(join(cluster, "postmaster.pid"), "utf8").split("\n")[0]);
      const startedAt = await patiently(startTime);
      const outage = { fromMs: Date.now(), toMs: Number.POSITIVE_INFINITY };
      outages.push(outage);
      process.kill(pid, "SIGKILL");
      const deadline = Date.now() + 60_000;
      // Its children live on for a moment, so only a new server counts as being back.
      while ((await startTime().catch(() => startedAt)) === startedAt) {
        if (Date.now() > deadline) throw new Error(`the database did not come back; see ${logFile}`);
        await sleep(50);
      }
      outage.toMs = Date.now();
    },
    outages,
    async stop() {
      await pool.end();
      program.signal("SIGTERM");
      await program.ended;
    },
  };
}
