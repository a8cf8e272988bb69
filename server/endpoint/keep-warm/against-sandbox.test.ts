import { expect, it } from "vitest";
import { quantileOf } from "@/server/domain/keep-warm/quantile";
import { createSimulation, type SimulatedSetting } from "@/server/domain/keep-warm/simulate";
import { randomOf, traceOf } from "@/server/domain/keep-warm/trace";
import { type Replayed, type ReplayInput, replay } from "@/server/sandbox/replay";

const DAY = 86_400_000;
const DAYS = 4;

/** Quiet nights, busy noons, and bursts: 1,800 requests of four days. */
function arrivalsMs(): number[] {
  const random = randomOf(3);
  const times: number[] = [];
  while (times.length < 1_800) {
    const at = random() * DAYS * DAY;
    const hour = (at % DAY) / 3_600_000;
    if (random() > Math.exp(-((hour - 13) ** 2) / 18) + 0.05) continue;
    const burst = random() < 0.1 ? 4 : 1;
    for (let each = 0; each < burst; each++) times.push(Math.floor(at + each * 700));
  }
  return times.filter((at) => at < DAYS * DAY).sort((one, other) => one - other);
}

const arrivals = arrivalsMs();
const run = (endpoint: ReplayInput["endpoint"]) => replay({ arrivalsMs: arrivals, spanMs: DAYS * DAY, endpoint }, 5);
const base: SimulatedSetting = {
  workersMax: 3,
  minimum: [{ atMs: 0, workers: 0 }],
  idleTimeoutMs: 5_000,
  scaling: { type: "QUEUE_DELAY", queueDelayMs: 4_000 },
  executionFactor: 1,
};

/** Times are measured at the default setting, as an installation has them; the question is another setting. */
const measured = run({});

/** What a run shows from outside, as an installation measures it, with times of execution and start of that very run. */
function simulateBy({ jobs }: Replayed, setting: SimulatedSetting, kept = 0) {
  const requests = jobs.map((job, index) => ({
    atMs: arrivals[index] ?? 0,
    delayMs: job.delayMs,
    executionMs: job.executionMs,
    restMs: 0,
    isCold: job.class === "cold",
  }));
  const under = { idleTimeoutMs: 5_000, secondAfterMs: 4_000, hasFlashBoot: false, kept: [{ atMs: 0, workers: kept }] };
  const trace = traceOf(requests, under, { fromMs: 0, toMs: DAYS * DAY });
  if (trace === null) throw new Error("nothing was measured");
  return createSimulation(trace)(setting);
}

const p95 = (values: number[]) => quantileOf(Float64Array.from(values), values.length, 0.95) ?? 0;
const off = (is: number, was: number) => Math.abs(is / was - 1);

it.each<[string, ReplayInput["endpoint"], Partial<SimulatedSetting>]>([
  ["the default", {}, {}],
  ["an idle time-out of a minute", { idleTimeoutS: 60 }, { idleTimeoutMs: 60_000 }],
  ["an idle time-out of ten minutes", { idleTimeoutS: 600 }, { idleTimeoutMs: 600_000 }],
  ["one worker kept", { workersMin: 1 }, { minimum: [{ atMs: 0, workers: 1 }] }],
  [
    "two kept, a minute",
    { workersMin: 2, idleTimeoutS: 60 },
    { minimum: [{ atMs: 0, workers: 2 }], idleTimeoutMs: 60_000 },
  ],
  [
    "scaling by count",
    { scaling: { type: "REQUEST_COUNT", requestCount: 1 } },
    { scaling: { type: "REQUEST_COUNT", requestCount: 1 } },
  ],
])("agrees with the sandbox run at the same setting: %s", (_name, endpoint, change) => {
  const truth = run(endpoint);
  const simulated = simulateBy(measured, { ...base, ...change });
  const cold = truth.jobs.filter((job) => job.class === "cold").length;
  expect(Math.abs(simulated.cold - cold) / arrivals.length).toBeLessThan(0.012);
  expect(off(simulated.paidMs / 1_000, truth.billedSeconds)).toBeLessThan(0.04);
  const latencies = truth.jobs.map((job) => (job.delayMs ?? 0) + (job.executionMs ?? 0));
  expect(off(p95([...simulated.latencies]), p95(latencies))).toBeLessThan(0.12);
});

it("knows from a time with a worker kept how long starts would take without", () => {
  const setting = { ...base, minimum: [{ atMs: 0, workers: 1 }] };
  const startMs = (kept: number) => {
    const { starts, startUpMs } = simulateBy(run({ workersMin: 1 }), setting, kept);
    return startUpMs / starts;
  };
  const { starts, startUpMs } = simulateBy(measured, setting);
  expect(off(startMs(1), startUpMs / starts)).toBeLessThan(0.1);
  // As if nobody were kept: what is seen at rest is the end of starts that a queue had made.
  expect(off(startMs(0), startUpMs / starts)).toBeGreaterThan(0.2);
});
