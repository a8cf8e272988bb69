import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GenerationDetail } from "@/server/domain/generation-view";
import { PROVIDER_IDS, type ProviderId } from "@/server/domain/vocabulary";
import type { FaultRule } from "@/server/sandbox/faults";
import { startSystem, type TestSystem } from "./testing/start-system";

/** A world of one test's own: its faults are everybody's in it, so tests that wait for theirs run side by side. */
async function inOwnWorld(work: (system: TestSystem) => Promise<void>): Promise<void> {
  const system = await startSystem({ sandbox: { imageMode: "tiny" } });
  try {
    await work(system);
  } finally {
    await system.stop();
  }
}

const NAMES: Record<ProviderId, "runpod" | "scenario"> = { comfyui: "runpod", scenario: "scenario" };
const OPERATIONS: Record<ProviderId, { submit: string; check: string }> = {
  comfyui: { submit: "run", check: "status" },
  scenario: { submit: "generate", check: "job" },
};

/** One generation on each provider at the same time, each under this fault of its calls. */
async function onBoth(
  system: TestSystem,
  fault: FaultRule & { of: "submit" | "check" },
  deadlineMs: number,
): Promise<GenerationDetail[]> {
  const { of, ...rule } = fault;
  for (const id of PROVIDER_IDS)
    system.sandbox.addFault({ ...rule, provider: NAMES[id], operation: OPERATIONS[id][of] });
  return Promise.all(PROVIDER_IDS.map(async (provider) => system.ended(await system.submit({ provider, deadlineMs }))));
}

const sum = (amounts: (number | null)[]) =>
  amounts.reduce<number>((total, amount) => total + (amount ?? Number.NaN), 0);

describe.concurrent("faults of calls, at both providers", () => {
  it.each([
    ["429 without Retry-After", { fault: "rate_limited", of: "submit", count: 4 }],
    ["429 with Retry-After", { fault: "rate_limited", of: "submit", count: 2, value: 1 }],
    ["503 on submit", { fault: "server_error", of: "submit", count: 3, value: 503 }],
    ["a reset before the job is taken", { fault: "reset", of: "submit", count: 1 }],
    ["a burst of 500 on status", { fault: "server_error", of: "check", count: 6 }],
    ["resets on status", { fault: "reset", of: "check", count: 3 }],
    ["malformed JSON on status", { fault: "malformed_json", of: "check", count: 3 }],
    ["a key that is revoked and given back", { fault: "unauthorized", of: "submit", count: 3 }],
  ] as const)("outlasts %s", async (_what, fault) => {
    await inOwnWorld(async (system) => {
      for (const done of await onBoth(system, fault, 30_000)) {
        expect(done).toMatchObject({ state: "succeeded", provider: done.forcedProvider, failureMode: null });
        expect(done.costMicros).toBeGreaterThan(0);
        expect(sum(done.costLines.map((line) => line.costMicros))).toBe(done.costMicros);
      }
    });
  });

  it.each([
    ["a key that stays revoked", { fault: "unauthorized", of: "submit" }, "auth_failed"],
    ["503 without end", { fault: "server_error", of: "submit", value: 503 }, "provider_unavailable"],
    ["429 without end", { fault: "rate_limited", of: "submit" }, "rate_limited"],
  ] as const)("ends within the deadline, unpaid, under %s", async (_what, fault, mode) => {
    await inOwnWorld(async (system) => {
      for (const done of await onBoth(system, fault, 7_000)) {
        expect(done).toMatchObject({ state: "failed", failureMode: mode, costMicros: 0 });
        expect(done.attempts.every((attempt) => attempt.state === "not_sent")).toBe(true);
      }
    });
  });

  it("writes a job off, with its reservation, that the provider does not know any more", async () => {
    await inOwnWorld(async (system) => {
      system.sandbox.addFault({ fault: "not_found", provider: "runpod", operation: "status" });
      const done = await system.ended(await system.submit({ provider: "comfyui", deadlineMs: 25_000 }));
      expect(done).toMatchObject({ state: "failed", failureMode: "provider_unavailable" });
      const [first] = done.attempts;
      expect(first).toMatchObject({ state: "ambiguous", costMicros: first?.reservedMicros });
      expect(first?.reservedMicros).toBeGreaterThan(0);
      expect(done.costLines.every((line) => line.kind === "reserved")).toBe(true);
    });
  });

  it.each([
    ["no machine was to be had", { fault: "workers_throttled", provider: "runpod" }, /no worker could be had/],
    ["the endpoint may have no workers", { fault: "workers_max_zero", provider: "runpod" }, /has no worker/],
  ] as const)("does not call it a cold start when %s", async (_what, fault, message) => {
    await inOwnWorld(async (system) => {
      system.sandbox.addFault(fault);
      const done = await system.ended(await system.submit({ provider: "comfyui", deadlineMs: 8_000 }));
      expect(done).toMatchObject({ state: "failed", failureMode: "timeout" });
      expect(done.attempts.every((attempt) => attempt.state === "cancelled")).toBe(true);
      expect(done.attempts[0]?.failureMessage).toMatch(message);
    });
  });
});

// Each under a fault that only its own prompt calls for, so they run side by side.
describe.concurrent("faults of jobs", () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await startSystem({ sandbox: { imageMode: "tiny" } });
  });
  afterAll(() => system.stop());
  const run = async (provider: ProviderId, fault: string, deadlineMs = 40_000) =>
    system.ended(await system.submit({ provider, deadlineMs, prompt: `a red fox [fault:${fault}]` }));

  const damaged = ["truncated_image", "wrong_size_image", "not_an_image"] as const;
  it.each(PROVIDER_IDS.flatMap((provider) => damaged.map((fault) => [provider, fault] as const)))(
    "never stores what %s made as %s",
    async (provider, fault) => {
      const done = await run(provider, fault);
      expect(done).toMatchObject({ state: "failed", failureMode: "bad_output", images: [] });
      // One retry: both were made, and both are paid.
      expect(done.attempts).toHaveLength(2);
      expect(done.costMicros).toBe(sum(done.attempts.map((attempt) => attempt.costMicros)));
    },
  );

  it.each(["unknown_status", "completed_without_output", "success_no_images", "worker_crash", "timed_out"])(
    "ends on %s with a reason, after one retry at most",
    async (fault) => {
      const done = await run("comfyui", fault);
      expect(done.state).toBe("failed");
      expect(done.failureMode).not.toBeNull();
      expect(done.attempts.length).toBeLessThanOrEqual(2);
      expect(done.attempts.at(-1)?.failureMessage).toBeTruthy();
    },
  );

  it("calls a start that outlasts the deadline cold_start_timeout, and cancels the job", async () => {
    const done = await run("comfyui", "cold_too_long", 6_000);
    expect(done).toMatchObject({ state: "failed", failureMode: "cold_start_timeout" });
    const jobs = done.attempts.map((attempt) => system.sandbox.ledger.get(attempt.jobId ?? ""));
    expect(jobs.map((job) => job?.status)).toEqual(jobs.map(() => "CANCELLED"));
  });

  it("calls a run that never ends timeout, cancels it, and prices the time that it ran", async () => {
    const done = await run("comfyui", "never_finishes", 8_000);
    expect(done).toMatchObject({ state: "failed", failureMode: "timeout" });
    const [attempt] = done.attempts;
    expect(system.sandbox.ledger.get(attempt?.jobId ?? "")?.status).toBe("CANCELLED");
    expect(attempt?.costMicros).toBeGreaterThan(0);
  });

  it("keeps an expired result from being paid for without end", async () => {
    const done = await run("comfyui", "expired_result");
    expect(done.state).toBe("failed");
    expect(done.attempts.length).toBeLessThanOrEqual(3);
  });
});
