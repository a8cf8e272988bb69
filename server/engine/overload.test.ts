import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startSystem, type TestSystem } from "./testing/start-system";

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem({ sandbox: { imageMode: "tiny", rateLimits: false, endpoint: { workersMax: 20 } } });
});
afterEach(() => {
  system.sandbox.removeFaults();
});
afterAll(() => system.stop());

const endAll = async (count: number, change: Parameters<TestSystem["submit"]>[0]) => {
  const ids = await Promise.all(Array.from({ length: count }, () => system.submit(change)));
  return Promise.all(ids.map((id) => system.ended(id)));
};

describe("a provider that pushes back", () => {
  it.each([
    ["without Retry-After", undefined],
    ["with Retry-After", 2],
  ])("refuses six of ten submits with 429, %s: nothing fails within its deadline", async (_how, value) => {
    system.sandbox.addFault({ fault: "rate_limited", provider: "runpod", operation: "run", probability: 0.6, value });
    const done = await endAll(40, { provider: "comfyui", deadlineMs: 48_000 });
    expect(done.filter((generation) => generation.state !== "succeeded").map((one) => one.failureMode)).toEqual([]);
    expect(done.some((generation) => generation.attemptCount > 1)).toBe(true);
    // Refused submits cost nothing, and no job was sent twice.
    const sent = done.map((one) => one.attempts.filter((attempt) => attempt.state !== "not_sent"));
    expect(sent.filter((attempts) => attempts.length !== 1)).toEqual([]);
  });

  it("fails for everyone: it is not asked twice by everyone", async () => {
    system.sandbox.addFault({ fault: "failure", provider: "runpod" });
    const jobsBefore = system.sandbox.ledger.entries().length;
    const done = await endAll(100, { provider: "comfyui", deadlineMs: 48_000 });
    expect(done.every((generation) => generation.state === "failed")).toBe(true);
    const jobs = system.sandbox.ledger.entries().length - jobsBefore;
    // A tenth more, and what the budget had saved up.
    expect(jobs).toBeGreaterThan(100);
    expect(jobs).toBeLessThanOrEqual(140);
  });
});

describe("a queue that is full", () => {
  it("refuses with 503 and when to come again, and stores nothing", async () => {
    const full = await startSystem({ env: { MAX_QUEUED: "5", MAX_IN_FLIGHT: "1" }, sandbox: { imageMode: "tiny" } });
    try {
      full.sandbox.addFault({ fault: "never_finishes", provider: "scenario" });
      const results = [];
      // The count is a second old at most, so a burst may pass; after it the door is closed.
      for (let round = 0; round < 200; round++) {
        const [result] = await Promise.allSettled([full.submit({ provider: "scenario" })]);
        results.push(result);
        if (result?.status === "rejected") break;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(results.at(-1)).toMatchObject({ status: "rejected", reason: { code: "OVERLOADED", retryAfterS: 10 } });
      const { rows } = await full.pool.query<{ n: number }>("select count(*)::int as n from generations");
      expect(rows[0]?.n).toBe(results.length - 1);
    } finally {
      await full.stop();
    }
  });
});
