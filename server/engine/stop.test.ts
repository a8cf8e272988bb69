import { afterAll, beforeAll, expect, it } from "vitest";
import { startSystem, type TestSystem } from "./testing/start-system";
import { until } from "./testing/until";

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem({ env: { ROLE: "gateway" }, sandbox: { imageMode: "tiny" } });
});
afterAll(() => system.stop());

it("a worker that is stopped gives its leases back, and the next one goes on at once", async () => {
  system.sandbox.addFault({ fault: "slow", provider: "runpod", value: 10 });
  const first = await system.startPeer({ ROLE: "worker" });
  const ids = await Promise.all(
    Array.from({ length: 30 }, (_, index) => system.submit({ provider: index % 2 ? "scenario" : "comfyui" })),
  );
  await until("some are under way", async () => {
    const { rows } = await system.pool.query<{ n: number }>(
      "select count(*)::int as n from generations where state in ('submitting', 'running', 'storing')",
    );
    return (rows[0]?.n ?? 0) > 10;
  });
  await first.stop();
  const { rows } = await system.pool.query<{ held: number; open: number }>(
    "select count(*) filter (where lease_until is not null)::int as held, count(*)::int as open from generations where finished_at is null",
  );
  expect(rows[0]?.held).toBe(0);
  expect(rows[0]?.open).toBeGreaterThan(0);

  const second = await system.startPeer({ ROLE: "worker" });
  try {
    for (const id of ids) {
      const done = await system.ended(id);
      expect(done).toMatchObject({ state: "succeeded", attemptCount: 1 });
    }
    // Every job was sent once.
    expect(system.sandbox.ledger.entries()).toHaveLength(ids.length);
    const crashes = await system.pool.query("select 1 from generations where crash_count > 0");
    expect(crashes.rows).toEqual([]);
  } finally {
    await second.stop();
  }
});
