import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@/db/embedded/start-embedded-postgres";
import { migrate } from "@/db/migrate";
import { startSystem, type TestSystem } from "./testing/start-system";
import { until } from "./testing/until";

let dataDir: string;
let postgres: EmbeddedPostgres;
let system: TestSystem;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "switchyard-restart-"));
  chmodSync(dataDir, 0o711);
  postgres = await startEmbeddedPostgres({ dataDir, log: () => {} });
  await migrate({ databaseUrl: postgres.url });
  system = await startSystem({
    database: { url: postgres.url, drop: async () => {} },
    sandbox: { imageMode: "tiny", rateLimits: false },
  });
});
afterAll(async () => {
  await system?.stop();
  await postgres?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

describe("a database that restarts in the middle", () => {
  it("loses nothing, sends nothing twice, and work goes on", async () => {
    const accepted: string[] = [];
    let refused = 0;
    let stop = false;
    const client = async (provider: "scenario" | "comfyui") => {
      while (!stop) {
        await system.submit({ provider }).then(
          (id) => accepted.push(id),
          () => (refused += 1),
        );
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
    };
    const clients = [client("scenario"), client("comfyui")];
    for (let restart = 1; restart <= 2; restart++) {
      const before = accepted.length;
      await until("work is under way", () => accepted.length >= before + 15);
      await postgres.stop();
      const url = postgres.url;
      postgres = await startEmbeddedPostgres({ dataDir, log: () => {} });
      expect(postgres.url).toBe(url);
      const back = accepted.length;
      await until("it accepts again", () => accepted.length > back, 10_000);
    }
    stop = true;
    await Promise.all(clients);

    for (const id of accepted) {
      const done = await system.ended(id);
      expect(done).toMatchObject({ state: "succeeded" });
      expect(done.events.filter((event) => ["succeeded", "failed"].includes(event.kind))).toHaveLength(1);
    }
    const { rows } = await system.pool.query<{ jobId: string }>(
      `select job_id as "jobId" from attempts where job_id is not null`,
    );
    const known = new Set(rows.map((row) => row.jobId));
    const unknown = system.sandbox.ledger.entries().filter((job) => !known.has(job.jobId));
    expect(unknown).toEqual([]);
    // A retry by policy may follow an unanswered submit; without one, each has its one job.
    const crashes = await system.pool.query("select 1 from generations where crash_count > 0");
    expect(crashes.rows).toEqual([]);
  });

  it("whose statement fails in one step does not wedge the generation", async () => {
    // The first ending fails with an error that is neither the data's fault nor the connection's.
    await system.pool.query("create sequence failing");
    await system.pool.query(`create function fail_once() returns trigger language plpgsql as $$
      begin
        if nextval('failing') = 1 then raise exception 'test' using errcode = 'internal_error'; end if;
        return new;
      end $$`);
    await system.pool.query(
      "create trigger fail_once before insert on cost_lines for each row execute function fail_once()",
    );
    const done = await system.ended(await system.submit({ provider: "scenario" }));
    expect(done).toMatchObject({ state: "succeeded", attemptCount: 1 });
    expect(done.costLines.reduce((total, line) => total + line.costMicros, 0)).toBe(done.costMicros);
    const { rows } = await system.pool.query<{ calls: string }>("select last_value::text as calls from failing");
    expect(Number(rows[0]?.calls)).toBeGreaterThan(1);
  });
});
