import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSystem, type TestSystem } from "./testing/start-system";

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem({ sandbox: { imageMode: "tiny" } });
});
afterAll(() => system.stop());

describe("what a generation cost", () => {
  it("is the sum of its lines and of its attempts, and at Scenario exactly its bill", async () => {
    const ids = await Promise.all(
      (["scenario", "comfyui"] as const).flatMap((provider) =>
        Array.from({ length: 6 }, () => system.submit({ provider })),
      ),
    );
    for (const id of ids) {
      const done = await system.ended(id);
      expect(done.state).toBe("succeeded");
      expect(done.costLines.reduce((total, line) => total + line.costMicros, 0)).toBe(done.costMicros);
      expect(done.attempts.reduce((total, attempt) => total + (attempt.costMicros ?? Number.NaN), 0)).toBe(
        done.costMicros,
      );
      expect(done.baselineMicros).toBeGreaterThan(0);
    }
    const { rows } = await system.pool.query<{ ours: string }>(
      "select sum(cost_micros)::text as ours from generations where id = any($1) and provider = 'scenario'",
      [ids],
    );
    const theirs = system.sandbox.ledger.entries().filter((job) => job.provider === "scenario");
    expect(Number(rows[0]?.ours)).toBe(theirs.reduce((total, job) => total + job.costMicros, 0));
  });

  it("is unknown, not nothing, where a price is missing", async () => {
    const bare = await startSystem({
      sandbox: { imageMode: "tiny" },
      env: { RUNPOD_GPU_TYPE: "A GPU without a price" },
    });
    try {
      const done = await bare.ended(await bare.submit({ provider: "comfyui" }));
      expect(done).toMatchObject({ state: "succeeded", costMicros: null });
      expect(done.attempts[0]).toMatchObject({ costMicros: null, reservedMicros: null });
      expect(done.costLines).toEqual([]);
      // A failed one is not free either: its seconds were used.
      const failed = await bare.ended(await bare.submit({ provider: "comfyui", prompt: "x [fault:oom]" }));
      expect(failed).toMatchObject({ state: "failed", costMicros: null });
    } finally {
      await bare.stop();
    }
  });
});
