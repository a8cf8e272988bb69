import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { GenerationState } from "@/server/domain/vocabulary";
import { verifyRollups } from "@/server/metrics/verify-rollups";
import { startSystem, TESTER, type TestSystem } from "./testing/start-system";
import { until } from "./testing/until";

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem({ sandbox: { imageMode: "tiny", clockFactor: 20 } });
});
afterEach(async () => {
  system.sandbox.removeFaults();
});
afterAll(() => system.stop());

type Open = Exclude<GenerationState, "succeeded" | "failed" | "cancelled">;

/** Makes generations stay in the state for longer than the test needs, and gives one that is in it. */
async function oneIn(state: Open, deadlineMs: number): Promise<string> {
  const { sandbox } = system;
  if (state === "queued")
    sandbox.addFault({ fault: "rate_limited", provider: "runpod", operation: "run", value: deadlineMs / 4_000 });
  if (state === "submitting") sandbox.addFault({ fault: "hang", provider: "runpod", operation: "run" });
  if (state === "running") sandbox.addFault({ fault: "never_finishes", provider: "runpod" });
  if (state === "storing") sandbox.addFault({ fault: "hang", provider: "scenario", operation: "cdn" });
  const provider = state === "storing" ? "scenario" : "comfyui";
  const id = await system.submit({ provider, deadlineMs });
  await until(`it is ${state}`, async () => {
    const found = await system.generation(id);
    return found.state === state && (state !== "queued" || found.attemptCount > 0);
  });
  return id;
}

const STATES: Open[] = ["queued", "submitting", "running", "storing"];

describe("cancel", () => {
  it.each(STATES)("ends a generation that is %s, once", async (state) => {
    const id = await oneIn(state, 55_000);
    const asked = await Promise.all(Array.from({ length: 5 }, () => system.cancel(id)));
    expect(asked.every((detail) => detail.cancelRequested || detail.state === "cancelled")).toBe(true);
    const done = await system.ended(id);
    expect(done).toMatchObject({ state: "cancelled", failureMode: "cancelled", images: [] });
    expect(done.events.filter((event) => event.kind === "cancel_requested")).toHaveLength(1);
    expect(done.events.filter((event) => event.kind === "cancelled")).toHaveLength(1);
    expect(done.attempts.every((attempt) => attempt.finishedAtMs !== null)).toBe(true);
  });

  it("changes nothing about one that has ended", async () => {
    const done = await system.ended(await system.submit({ provider: "scenario" }));
    expect(await system.cancel(done.id)).toEqual(done);
    await expect(system.runtime.gateway.cancel(TESTER, "01890000-0000-7000-8000-000000000000")).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});

describe("the deadline", () => {
  it.each(STATES)("ends a generation that is %s", async (state) => {
    const deadlineMs = 6_000;
    const id = await oneIn(state, deadlineMs);
    const done = await system.ended(id);
    expect(done.state).toBe("failed");
    expect(["timeout", "rate_limited", "provider_unavailable", "storage_failed"]).toContain(done.failureMode);
    // The call that hangs is given up by its own limit; nothing waits much longer than that.
    expect(done.latencyMs).toBeLessThan(deadlineMs + 20_000);
    expect(done.attempts.every((attempt) => attempt.finishedAtMs !== null)).toBe(true);
  });
});

it("whatever the end, the summaries agree with the rows", async () => {
  const report = await verifyRollups(system.runtime.db, { environment: "sandbox", nowMs: Date.now() });
  expect(report.first).toBeNull();
  expect(report.events).toBeGreaterThan(10);
});
