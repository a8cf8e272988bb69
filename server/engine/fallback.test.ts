import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { replay } from "@/server/domain/decision";
import { setShare } from "./testing/set-share";
import { startSystem, type TestSystem } from "./testing/start-system";
import { until } from "./testing/until";

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem({});
  await setShare(system.pool, "sandbox", 10_000);
});
afterEach(() => {
  system.sandbox.removeFaults();
});
afterAll(() => system.stop());

const outOfMemory = () => system.sandbox.addFault({ fault: "out_of_memory", provider: "runpod" });

describe("fallback", () => {
  it("moves from the candidate to the control, says so on both receipts, and adds up what both cost", async () => {
    outOfMemory();
    const done = await system.ended(await system.submit());
    expect(done).toMatchObject({ state: "succeeded", provider: "scenario", attemptCount: 2, failureMode: null });
    const [first, second] = done.attempts;
    expect(first).toMatchObject({
      provider: "comfyui",
      reason: "primary",
      state: "failed",
      failureMode: "out_of_memory",
    });
    expect(first?.receipt).toMatchObject({
      rule: "bucket",
      provider: "comfyui",
      candidateShareBp: 10_000,
      passedOver: [],
    });
    expect(second).toMatchObject({ provider: "scenario", reason: "fallback", state: "succeeded" });
    expect(second?.receipt).toMatchObject({ rule: "fallback", provider: "scenario", revision: 2 });
    expect(second?.receipt.passedOver).toEqual([{ provider: "comfyui", reason: "tried: Out of memory" }]);
    expect(done.receipt).toEqual(second?.receipt);
    for (const attempt of done.attempts) expect(replay(attempt.receipt)).toBe(attempt.provider);
    expect(first?.costMicros).toBeGreaterThan(0);
    expect(second?.costMicros).toBeGreaterThan(0);
    expect(done.costMicros).toBe((first?.costMicros ?? 0) + (second?.costMicros ?? 0));
    expect(done.costLines.reduce((sum, line) => sum + line.costMicros, 0)).toBe(done.costMicros);
  });

  it("leaves a forced provider where it is", async () => {
    outOfMemory();
    for (const fallback of [null, true]) {
      const done = await system.ended(await system.submit({ provider: "comfyui", fallback }));
      expect(done).toMatchObject({
        state: "failed",
        provider: "comfyui",
        failureMode: "out_of_memory",
        attemptCount: 1,
      });
    }
  });

  it("does not happen where the request forbids it", async () => {
    outOfMemory();
    const done = await system.ended(await system.submit({ fallback: false }));
    expect(done).toMatchObject({ state: "failed", attemptCount: 1 });
  });

  it("never moves a request that is itself at fault", async () => {
    system.sandbox.addFault({ fault: "server_error", provider: "runpod", operation: "run", value: 422 });
    const done = await system.ended(await system.submit());
    expect(done).toMatchObject({
      state: "failed",
      provider: "comfyui",
      attemptCount: 1,
      failureMode: "invalid_request",
    });
    expect(done.costMicros).toBe(0);
  });

  it("never goes from the control to the candidate", async () => {
    await setShare(system.pool, "sandbox", 0);
    const done = await system.ended(await system.submit({ prompt: "a fox [fault:failure]" }));
    expect(done).toMatchObject({ state: "failed", provider: "scenario" });
    expect(done.attempts.every((attempt) => attempt.provider === "scenario")).toBe(true);
    await setShare(system.pool, "sandbox", 10_000);
  });

  // Regression: a retry at the control after a fallback was decided as if nothing had been tried, and went back.
  it("does not go back to the candidate when the control refuses it at first", async () => {
    system.sandbox.addFault({ fault: "rate_limited", provider: "scenario", operation: "generate", count: 2 });
    outOfMemory();
    const done = await system.ended(await system.submit());
    expect(done).toMatchObject({ state: "succeeded", provider: "scenario" });
    expect(done.attempts.map(({ provider, reason, state }) => [provider, reason, state])).toEqual([
      ["comfyui", "primary", "failed"],
      ["scenario", "fallback", "not_sent"],
      ["scenario", "retry", "not_sent"],
      ["scenario", "retry", "succeeded"],
    ]);
  });

  it("takes the place of a candidate that takes no more jobs, by a decision that says so", async () => {
    // The control does not fail here; the candidate is never asked again, since the breaker keeps its lane closed.
    system.sandbox.addFault({ fault: "server_error", provider: "runpod", operation: "run", value: 503 });
    const send = (count: number) => Promise.all(Array.from({ length: count }, () => system.submit({})));
    const first = await send(20);
    await until("the breaker opened", async () => {
      const { rows } = await system.pool.query<{ n: number }>(
        "select count(*)::int as n from attempts where provider = 'comfyui' and http_status = 503",
      );
      return (rows[0]?.n ?? 0) >= 50;
    });
    const ids = [...first, ...(await send(60))];
    const done = await Promise.all(ids.map((id) => system.ended(id)));
    expect(done.every((generation) => generation.provider === "scenario" && generation.state === "succeeded")).toBe(
      true,
    );
    const waited = done.find((generation) => generation.attemptCount === 1);
    expect(waited?.receipt).toMatchObject({ rule: "fallback", provider: "scenario" });
    expect(waited?.receipt.passedOver[0]?.reason).toMatch(/took no more jobs/);
  });

  // Regression: fallbacks queued for a place at the candidate, which let one through every five seconds.
  it("is not held up by the candidate that it leaves", async () => {
    system.sandbox.addFault({ fault: "server_error", provider: "runpod", operation: "run", value: 503 });
    const ids = await Promise.all(Array.from({ length: 60 }, () => system.submit({ deadlineMs: 40_000 })));
    const done = await Promise.all(ids.map((id) => system.ended(id)));
    expect(done.filter((generation) => generation.state !== "succeeded")).toEqual([]);
    expect(new Set(done.map((generation) => generation.provider))).toEqual(new Set(["scenario"]));
  });
});
