import type pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { replay } from "@/server/domain/decision";
import { readRevisionLocked } from "./routing-lock";
import { setShare } from "./testing/set-share";
import { startSystem, type TestSystem } from "./testing/start-system";
import { until } from "./testing/until";

let system: TestSystem;
beforeAll(async () => {
  // Four jobs may be open at a provider: the rest queues.
  system = await startSystem({ env: { MAX_IN_FLIGHT: "4" }, sandbox: { imageMode: "tiny" } });
});
afterEach(() => {
  system.sandbox.removeFaults();
});
afterAll(() => system.stop());

describe("a revision that changes after acceptance", () => {
  // Regression: what was queued for a full or broken candidate stayed there until it had room.
  it("takes what is queued along at once, and the receipt names the new revision", async () => {
    const before = await setShare(system.pool, "sandbox", 10_000);
    system.sandbox.addFault({ fault: "never_finishes", provider: "runpod" });
    const ids = await Promise.all(Array.from({ length: 12 }, () => system.submit()));
    await until("four are at the candidate", async () => (await openAt("comfyui")) === 4);
    const after = await setShare(system.pool, "sandbox", 0);
    await until("the other eight have ended at the control", async () => {
      const { rows } = await system.pool.query<{ n: number }>(
        "select count(*)::int as n from generations where id = any($1) and state = 'succeeded' and provider = 'scenario'",
        [ids],
      );
      return rows[0]?.n === 8;
    });
    expect(await openAt("comfyui")).toBe(4);
    for (const id of ids) {
      const { receipt, attempts } = await system.generation(id);
      expect(attempts).toHaveLength(1);
      const expected = attempts[0]?.provider === "comfyui" ? before : after;
      expect(receipt).toMatchObject({ rule: "bucket", revision: expected, provider: attempts[0]?.provider });
      expect(replay(receipt)).toBe(receipt.provider);
    }
    for (const id of ids) await system.cancel(id);
  });

  async function openAt(provider: string): Promise<number> {
    const { rows } = await system.pool.query<{ n: number }>(
      "select count(*)::int as n from generations where provider = $1 and state in ('submitting', 'running') and finished_at is null",
      [provider],
    );
    return rows[0]?.n ?? 0;
  }
});

/** Lock and read in one statement: the snapshot is older than the lock. What `readRevisionLocked` must not become. */
async function readRevisionMerged(client: pg.PoolClient, environment: string): Promise<{ number: number }> {
  const { rows } = await client.query<{ number: number }>(
    `with locked as materialized (select pg_advisory_xact_lock_shared(7207001))
      select e.current_revision as number from locked, environments e where e.name = $1`,
    [environment],
  );
  const row = rows[0];
  if (!row) throw new Error("no such environment");
  return row;
}

/**
 * Many writers decide and write under the lock while the revision changes again and again. Gives the number of intents
 * that committed after a change by an older revision. Its own table, or the trigger on attempts would hide the answer.
 */
async function countLateIntents(
  read: (client: pg.PoolClient, environment: string) => Promise<{ number: number }>,
  flips: number,
): Promise<{ late: number; written: number }> {
  const { pool } = system;
  await pool.query("create table if not exists intents_seen (revision int, at timestamptz default clock_timestamp())");
  await pool.query("truncate intents_seen");
  let stop = false;
  const writer = async () => {
    while (!stop) {
      const client = await system.connect();
      try {
        await client.query("begin");
        const { number } = await read(client, "sandbox");
        await client.query("insert into intents_seen (revision) values ($1)", [number]);
        await client.query("commit");
      } finally {
        client.release();
      }
    }
  };
  const writers = Array.from({ length: 8 }, () => writer());
  const changes: { number: number; committedAt: string }[] = [];
  for (let flip = 0; flip < flips; flip++) {
    const number = await setShare(pool, "sandbox", flip % 2 === 0 ? 10_000 : 0);
    const { rows } = await pool.query<{ at: string }>("select clock_timestamp()::text as at");
    changes.push({ number, committedAt: rows[0]?.at ?? "" });
  }
  stop = true;
  await Promise.all(writers);
  const { rows } = await pool.query<{ late: number; written: number }>(
    `select count(*) filter (where exists (select 1 from jsonb_to_recordset($1::jsonb) as c(number int, "committedAt" timestamptz)
        where c.number > s.revision and s.at > c."committedAt"))::int as late, count(*)::int as written from intents_seen s`,
    [JSON.stringify(changes)],
  );
  return rows[0] ?? { late: 0, written: 0 };
}

describe("linearizable routing", () => {
  it("writes no intent by an old revision after a change has committed", async () => {
    const { late, written } = await countLateIntents(readRevisionLocked, 60);
    expect(late).toBe(0);
    expect(written).toBeGreaterThan(60);
  });

  it("is seen to fail when lock and read are one statement, so the test above can fail", async () => {
    let late = 0;
    await until("a late intent", async () => {
      late += (await countLateIntents(readRevisionMerged, 40)).late;
      return late > 0;
    });
    expect(late).toBeGreaterThan(0);
  });

  it("submits no job to the candidate after the change, under load", async () => {
    const late: string[] = [];
    for (let flip = 0; flip < 6; flip++) {
      await setShare(system.pool, "sandbox", 10_000);
      const ids = await Promise.all(
        Array.from({ length: 10 }, () => system.submit({ prompt: "x [fault:out_of_memory]" })),
      );
      await setShare(system.pool, "sandbox", 0);
      const { rows } = await system.pool.query<{ at: string }>("select clock_timestamp()::text as at");
      await Promise.all(ids.map((id) => system.cancel(id)));
      await Promise.all(ids.map((id) => system.ended(id)));
      const found = await system.pool.query<{ id: string }>(
        "select id from attempts where provider = 'comfyui' and created_at > $1::timestamptz and generation_id = any($2)",
        [rows[0]?.at, ids],
      );
      late.push(...found.rows.map((row) => row.id));
    }
    expect(late).toEqual([]);
  });
});
