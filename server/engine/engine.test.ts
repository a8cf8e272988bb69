import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSystem, TESTER, type TestSystem } from "./testing/start-system";

let system: TestSystem;
let pool: pg.Pool;

beforeAll(async () => {
  system = await startSystem({});
  pool = new pg.Pool({ connectionString: system.databaseUrl, max: 2 });
});
afterAll(async () => {
  await pool.end();
  await system.stop();
});

describe("a generation's way", () => {
  it.each(["scenario", "comfyui"] as const)(
    "makes a picture on %s and stores who, how long, which class and what it cost",
    async (provider) => {
      const done = await system.ended(await system.submit({ provider }));
      expect(done).toMatchObject({ state: "succeeded", provider, failureMode: null, attemptCount: 1 });
      expect(done.images).toHaveLength(1);
      expect(done.images[0]).toMatchObject({ width: 512, height: 512, mimeType: "image/png", location: "disk" });
      expect(done.latencyMs).toBeGreaterThan(0);
      expect(done.executionMs).toBeGreaterThan(0);
      expect(done.costMicros).toBeGreaterThan(0);
      expect(done.baselineMicros).toBe(96_750); // 10.75 CU at $0.009
      expect(done.coldClass).not.toBeNull();
      expect(done.costLines.reduce((sum, line) => sum + line.costMicros, 0)).toBe(done.costMicros);
      expect(done.attempts[0]).toMatchObject({ provider, state: "succeeded", reason: "primary", revision: 1 });
      expect(done.events.map((event) => event.kind)).toEqual(
        expect.arrayContaining(["accepted", "intent", "submitted", "storing", "succeeded"]),
      );
    },
  );

  it("routes by the revision in force and keeps the decision", async () => {
    const done = await system.ended(await system.submit({}));
    expect(done.receipt).toMatchObject({ rule: "bucket", provider: "scenario", candidateShareBp: 0, revision: 1 });
  });

  it("gives one generation for one idempotency key, and refuses the key for another request", async () => {
    const key = { idempotencyKey: "order-1" };
    const ids = await Promise.all(Array.from({ length: 20 }, () => system.submit(key)));
    expect(new Set(ids).size).toBe(1);
    await expect(system.submit({ ...key, prompt: "another" })).rejects.toMatchObject({ code: "UNPROCESSABLE" });
  });

  it("names the failure of a run that is out of memory, and spends nothing on another try there", async () => {
    const done = await system.ended(
      await system.submit({ provider: "comfyui", prompt: "a fox [fault:out_of_memory]" }),
    );
    expect(done).toMatchObject({ state: "failed", failureMode: "out_of_memory", attemptCount: 1 });
    expect(done.attempts[0]?.failureRaw).toContain("Allocation on device");
  });

  it("never calls a blank picture a success", async () => {
    const done = await system.ended(await system.submit({ provider: "comfyui", prompt: "a fox [fault:blank]" }));
    expect(done).toMatchObject({ state: "failed", failureMode: "bad_output" });
    expect(done.images).toHaveLength(0);
  });

  it("cancels a job that waits, once, and settles it", async () => {
    const id = await system.submit({ provider: "comfyui", prompt: "slow [fault:slow]" });
    await system.runtime.gateway.cancel(TESTER, id);
    await system.runtime.gateway.cancel(TESTER, id);
    const done = await system.ended(id);
    expect(done).toMatchObject({ state: "cancelled", failureMode: "cancelled" });
    expect(done.events.filter((event) => event.kind === "cancelled")).toHaveLength(1);
  });

  it("has exactly one terminal event for each, and an intent for every job of the providers", async () => {
    const { rows } = await pool.query<{ n: number }>(
      "select count(*)::int as n from generations g where finished_at is not null and 1 <> (select count(*) from generation_events e where e.generation_id = g.id and e.terminal)",
    );
    expect(rows[0]?.n).toBe(0);
  });
});
