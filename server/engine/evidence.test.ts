import { afterAll, beforeAll, expect, it } from "vitest";
import { startSystem, type TestSystem } from "./testing/start-system";
import { until } from "./testing/until";

let system: TestSystem;
beforeAll(async () => {
  // Ten times as fast: our own spans must be turned into the sandbox's time, or no idle time would ever seem long.
  system = await startSystem({
    env: { RUNPOD_IDLE_TIMEOUT_S: "40" },
    sandbox: { imageMode: "tiny", clockFactor: 10, endpoint: { workersMax: 1, idleTimeoutS: 40 } },
  });
});
afterAll(() => system.stop());

const run = async () => system.ended(await system.submit({ provider: "comfyui" }));
async function workersGone(): Promise<void> {
  await until("the worker has gone", async () => {
    const response = await fetch(`${system.sandbox.urls.control}/workers`);
    const { workers } = (await response.json()) as { workers: unknown[] };
    return workers.length === 0;
  });
}

it("keeps the signs of each start, and the class fits what truly happened", async () => {
  const first = await run();
  const second = await run();
  const together = await Promise.all([run(), run(), run()]);
  await workersGone();
  const late = await run();
  const done = [first, second, ...together, late];
  const pairs = done.map((generation) => {
    const [attempt] = generation.attempts;
    return { ours: generation.coldClass, truth: system.sandbox.ledger.get(attempt?.jobId ?? "")?.class };
  });
  expect(pairs.map((pair) => pair.ours)).toEqual(pairs.map((pair) => pair.truth));
  expect(first.attempts[0]?.evidence).toMatchObject({ provider: "comfyui", aheadOfUs: 0, workerLastSeenMsAgo: null });
  expect(first.attempts[0]?.evidence?.workersBefore).not.toBeNull();
  expect(second.attempts[0]?.evidence).toMatchObject({ workerId: first.attempts[0]?.evidence?.workerId });
  expect(second.attempts[0]?.evidence?.workerLastSeenMsAgo).toBeGreaterThanOrEqual(0);
  expect(late.coldClass).toBe("cold");
  expect(late.attempts[0]?.startUpMs).toBeGreaterThan(5_000);
});
