import { describe, expect, it } from "vitest";
import { VirtualClock } from "../clock";
import { FaultPlan, type FaultRule } from "../faults";
import { LatencyModel } from "../latency";
import { Ledger } from "../ledger";
import { txt2img } from "../test-kit";
import { Endpoint } from "./endpoint";
import { newRunpodJob } from "./new-job";
import { DEFAULT_ENDPOINT, type EndpointSettings } from "./settings";

function rig(settings: Partial<EndpointSettings> = {}, rules: FaultRule[] = [], seed = 1) {
  const clock = new VirtualClock();
  const faults = new FaultPlan(clock, seed);
  for (const rule of rules) faults.add(rule);
  const ledger = new Ledger(1_000);
  const endpoint = new Endpoint(
    { clock, seed, instance: "test", latency: new LatencyModel(seed), faults, ledger },
    { ...DEFAULT_ENDPOINT, healthLeftovers: false, ...settings },
  );
  let sequence = 0;
  const submit = (
    prompt = "a red fox",
    { executionTimeoutMs = null as number | null, ttlMs = 86_400_000, graphSeed = -1 } = {},
  ) => {
    sequence += 1;
    const input = { workflow: txt2img(prompt, graphSeed < 0 ? sequence : graphSeed) };
    const policy = { executionTimeoutMs, ttlMs, lowPriority: false };
    const job = newRunpodJob(endpoint.deps, {
      submission: { input, webhook: null, policy },
      sequence,
      sync: false,
      prompt,
      operation: "txt2img",
      inputBlob: null,
      readInput: () => input,
    });
    job.strikes = faults.forJob({ provider: "runpod", operation: "txt2img", prompt });
    endpoint.submit(job);
    return job;
  };
  return { clock, endpoint, submit, ledger };
}

describe("cold, warm and queued", () => {
  it("the first job waits for a worker, the next finds it, and after the idle timeout it is cold again", () => {
    const { clock, submit, endpoint } = rig();
    const first = submit();
    clock.advance(200_000);
    expect(first.status).toBe("COMPLETED");
    expect(first.truth).toMatchObject({ class: "cold", startUpMs: first.delayMs, idleTailMs: 5_000 });
    expect(endpoint.fleet.workers.size).toBe(0);
    const second = submit();
    clock.advance(120_000);
    while (second.status !== "COMPLETED") clock.advance(1_000);
    const third = submit();
    clock.advance(60_000);
    expect(third.truth.class).toBe(third.workerId === second.workerId ? "warm" : "cold");
  });

  it("with a minimum worker a job alone is warm and starts within 0.6 s", () => {
    const { clock, submit } = rig({ workersMin: 1 });
    clock.advance(300_000);
    const job = submit();
    clock.advance(60_000);
    expect(job.truth.class).toBe("warm");
    expect(job.delayMs).toBeGreaterThanOrEqual(70);
    expect(job.delayMs).toBeLessThanOrEqual(600);
  });

  it("jobs behind others on one worker are queued, not cold", () => {
    const { clock, submit } = rig({ workersMin: 1, workersMax: 1 });
    clock.advance(300_000);
    const jobs = Array.from({ length: 5 }, () => submit());
    clock.advance(300_000);
    expect(jobs.map((job) => job.truth.class)).toEqual(["warm", "queued", "queued", "queued", "queued"]);
    expect(jobs.every((job) => job.status === "COMPLETED")).toBe(true);
  });

  it("a second worker starts only after a job has waited four seconds", () => {
    const { clock, submit, endpoint } = rig({ workersMax: 3 });
    submit();
    submit();
    expect(endpoint.fleet.workers.size).toBe(1);
    clock.advance(3_900);
    expect(endpoint.fleet.workers.size).toBe(1);
    clock.advance(200);
    expect(endpoint.fleet.workers.size).toBe(2);
  });

  it("FlashBoot wakes a parked worker in about a second, most of the time", () => {
    const { clock, submit } = rig({ flashboot: "FLASHBOOT" });
    submit();
    clock.advance(200_000);
    const delays = Array.from({ length: 20 }, () => {
      const job = submit();
      clock.advance(300_000);
      return job;
    });
    const revived = delays.filter((job) => job.truth.flashBoot);
    expect(revived.length).toBeGreaterThan(10);
    expect(revived.length).toBeLessThan(20);
    for (const job of revived) {
      expect(job.delayMs).toBeGreaterThanOrEqual(500);
      expect(job.delayMs).toBeLessThanOrEqual(1_100);
      expect(job.truth.class).toBe("warm");
    }
  });
});

it("the same seed tells the same story, another another", () => {
  const story = (seed: number) => {
    const { clock, submit, ledger } = rig({}, [{ fault: "out_of_memory", probability: 0.2, id: "oom" }], seed);
    for (let index = 0; index < 60; index += 1) {
      submit();
      clock.advance(3_000);
    }
    clock.runAll();
    return ledger.entries();
  };
  expect(story(5)).toEqual(story(5));
  expect(story(5)).not.toEqual(story(6));
});

it("a graph that a warm worker has just run comes from its cache: a tiny time and the same file", () => {
  const { clock, submit } = rig({ workersMin: 1 });
  clock.advance(300_000);
  const first = submit("same", { graphSeed: 7 });
  clock.advance(60_000);
  const second = submit("same", { graphSeed: 7 });
  clock.advance(60_000);
  expect(second.executionMs).toBeLessThan(100);
  expect(second.truth.cacheHit).toBe(true);
  expect(second.outcome?.files[0]?.filename).toBe(first.outcome?.files[0]?.filename);
});

it("an execution limit ends the job as FAILED some seconds later and costs the worker", () => {
  const { clock, submit } = rig({ workersMin: 1 });
  clock.advance(300_000);
  const job = submit("x [fault:slow=50]", { executionTimeoutMs: 5_000 });
  clock.advance(20_000);
  expect(job).toMatchObject({ status: "FAILED", error: "executionTimeout exceeded" });
  expect(job.executionMs).toBeGreaterThan(6_000);
  expect(job.executionMs).toBeLessThanOrEqual(8_000);
  const next = submit();
  clock.advance(300_000);
  expect(next.truth.class).toBe("cold");
});

it("cancelling a running job restarts the worker, so that the next one waits long", () => {
  const { clock, submit, endpoint } = rig({ workersMin: 1, workersMax: 1 });
  clock.advance(300_000);
  const job = submit();
  clock.advance(1_000);
  expect(job.status).toBe("IN_PROGRESS");
  expect(endpoint.cancel(job)).toBe(true);
  expect(job.status).toBe("CANCELLED");
  const next = submit();
  clock.advance(300_000);
  expect(next.delayMs).toBeGreaterThan(5_000);
  expect(endpoint.cancel(job)).toBe(false);
});

it("a crash is tried once more under the same id, a second one fails the job", () => {
  const { clock, submit } = rig();
  const once = submit("a [fault:worker_crash_once]");
  clock.advance(600_000);
  expect(once).toMatchObject({ status: "COMPLETED", retries: 1 });
  const twice = submit("b [fault:worker_crash]");
  clock.advance(600_000);
  expect(twice).toMatchObject({ status: "FAILED", retries: 1, error: "job timed out after 1 retries" });
});

it("throttled machines hold jobs back until they are free again", () => {
  const { clock, submit, endpoint } = rig({}, [{ fault: "workers_throttled", provider: "runpod", untilS: 600 }]);
  const job = submit();
  clock.advance(300_000);
  expect(endpoint.health.read().workers).toMatchObject({ throttled: 1, running: 0 });
  expect(job.status).toBe("IN_QUEUE");
  clock.advance(600_000);
  expect(job.status).toBe("COMPLETED");
  expect(job.truth.class).toBe("throttled");
});

it("workersMax forced to 0 leaves jobs waiting; unhealthy workers too", () => {
  const zero = rig({}, [{ fault: "workers_max_zero" }]);
  const job = zero.submit();
  zero.clock.advance(1_000_000);
  expect([job.status, zero.endpoint.fleet.workers.size]).toEqual(["IN_QUEUE", 0]);
  const sick = rig({}, [{ fault: "workers_unhealthy" }]);
  const waiting = sick.submit();
  sick.clock.advance(1_000_000);
  expect(waiting.status).toBe("IN_QUEUE");
  expect(sick.endpoint.health.read().workers.unhealthy).toBeGreaterThan(0);
});

it("health: a job is in the queue at once, its worker is initializing, then running while the model loads", () => {
  const { clock, submit, endpoint } = rig();
  const job = submit("x [fault:cold=60]");
  expect(endpoint.health.read()).toMatchObject({ jobs: { inQueue: 1, inProgress: 0 } });
  clock.advance(5_000);
  expect(endpoint.health.read().workers).toMatchObject({ initializing: 1, running: 0, ready: 0 });
  clock.advance(40_000);
  expect(endpoint.health.read()).toMatchObject({ jobs: { inQueue: 1, inProgress: 0 }, workers: { running: 1 } });
  while (job.status !== "COMPLETED") clock.advance(100);
  clock.advance(1_000);
  expect(endpoint.health.read().workers.running).toBe(1);
  clock.advance(3_000);
  expect(endpoint.health.read()).toMatchObject({ workers: { running: 0, idle: 1, ready: 1 }, jobs: { completed: 1 } });
});

it("at rest health may show parked workers although the next start is a cold one", () => {
  const seen = new Set<string>();
  const { clock, submit, endpoint } = rig({ healthLeftovers: true });
  for (let index = 0; index < 40; index += 1) {
    const job = submit();
    clock.advance(400_000);
    expect(job.truth.class).toBe("cold");
    const { idle, ready, throttled } = endpoint.health.read().workers;
    seen.add(`${idle} ${ready} ${throttled}`);
  }
  expect([...seen].sort()).toEqual(["0 0 0", "0 0 1", "2 2 0"]);
});

it("bills start, work and idle tail of each worker, rounded up to the second, and no less than the ledger", () => {
  const { clock, submit, endpoint, ledger } = rig();
  for (let index = 0; index < 10; index += 1) {
    submit();
    clock.advance(600_000);
  }
  const billedSeconds = ledger.entries().reduce((sum, entry) => sum + entry.billedSeconds, 0);
  expect(endpoint.fleet.billing.totalSeconds).toBe(billedSeconds);
  const entry = ledger.entries()[0];
  expect(entry?.billedSeconds).toBe(Math.ceil(((entry?.startUpMs ?? 0) + (entry?.executionMs ?? 0) + 5_000) / 1000));
  expect(entry?.costMicros).toBe(Math.round(((entry?.billedSeconds ?? 0) * 1.1 * 1_000_000) / 3_600));
});

it("a ttl that runs out removes the job even while it runs", () => {
  const { clock, submit } = rig({ workersMin: 1 });
  clock.advance(300_000);
  const job = submit("x [fault:slow=100]", { ttlMs: 10_000 });
  clock.advance(11_000);
  expect(job.truth.status).toBe("EXPIRED");
});

it("thousands of waiting jobs are served to the last", () => {
  const { clock, endpoint, submit } = rig({ workersMax: 50, scaling: { type: "REQUEST_COUNT", requestCount: 100 } });
  const jobs = Array.from({ length: 5_000 }, () => submit());
  expect(endpoint.queue.size).toBe(5_000);
  clock.advance(3_600_000);
  expect(jobs.every((job) => job.status === "COMPLETED")).toBe(true);
});

it("a forced cold start gets a worker of its own beside a warm one, and the others are not held up", () => {
  const { clock, submit } = rig({ workersMin: 1 });
  clock.advance(300_000);
  const cold = submit("x [fault:cold=60]");
  const warm = submit();
  clock.advance(50_000);
  expect([cold.status, warm.status, warm.truth.class]).toEqual(["IN_QUEUE", "COMPLETED", "warm"]);
  clock.advance(100_000);
  expect(cold.truth).toMatchObject({ class: "cold", startUpMs: 60_000, status: "COMPLETED" });
  const busy = rig({ workersMin: 1, workersMax: 1 });
  busy.clock.advance(300_000);
  const before = busy.submit();
  const forced = busy.submit("y [fault:cold]");
  const after = busy.submit();
  busy.clock.advance(600_000);
  expect([before, forced, after].map((job) => job.status)).toEqual(["COMPLETED", "COMPLETED", "COMPLETED"]);
  expect(forced.truth.class).toBe("cold");
});
