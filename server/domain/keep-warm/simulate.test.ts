import { describe, expect, it } from "vitest";
import { createSimulation, type Simulated, type SimulatedSetting } from "./simulate";
import { randomOf, type Trace } from "./trace";

const HOUR = 3_600_000;
const setting: SimulatedSetting = {
  workersMax: 1,
  minimum: [{ atMs: 0, workers: 0 }],
  idleTimeoutMs: 5_000,
  scaling: { type: "QUEUE_DELAY", queueDelayMs: 4_000 },
  executionFactor: 1,
};
const kept = (workers: number) => [{ atMs: 0, workers }];

/** Poisson arrivals; times of service by `draw`. */
function poisson(n: number, meanGapMs: number, draw: (random: () => number) => number, startUpMs = 0): Trace {
  const random = randomOf(7);
  const arrivals = new Float64Array(n);
  const services = new Float64Array(n);
  let at = 0;
  for (let job = 0; job < n; job++) {
    at -= Math.log(1 - random()) * meanGapMs;
    arrivals[job] = at;
    services[job] = draw(random);
  }
  const zeros = new Float64Array(n);
  return {
    arrivals,
    services,
    rests: zeros,
    dispatches: zeros,
    startUps: Float64Array.of(startUpMs),
    spanMs: at + HOUR,
  };
}
/** Of these arrivals and gaps by hand, in seconds. */
function byHand(arrivalsS: number[], serviceS: number, startUpsS: number[], spanS = 3_600): Trace {
  const ms = (values: number[]) => Float64Array.from(values, (value) => value * 1_000);
  const zeros = new Float64Array(arrivalsS.length);
  const services = ms(arrivalsS.map(() => serviceS));
  return {
    arrivals: ms(arrivalsS),
    services,
    rests: zeros,
    dispatches: zeros,
    startUps: ms(startUpsS),
    spanMs: spanS * 1_000,
  };
}
const exponential = (meanMs: number) => (random: () => number) => -Math.log(1 - random()) * meanMs;
const share = (values: ArrayLike<number>, is: (value: number) => boolean) =>
  Array.from(values).filter(is).length / values.length;
const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Probability that a request waits in M/M/c. */
function erlangC(load: number, servers: number): number {
  let blocked = 1;
  for (let count = 1; count <= servers; count++) blocked = (load * blocked) / (count + load * blocked);
  return (servers * blocked) / (servers - load * (1 - blocked));
}

describe("what queueing theory knows exactly", () => {
  it.each([
    [1, 0.6],
    [2, 1.2],
    [5, 4],
    [16, 13],
  ])(
    "M/M/%i with a load of %f: the share of requests that wait is Erlang's C, their mean wait too",
    (servers, load) => {
      const trace = poisson(200_000, 1_000, exponential(load * 1_000));
      const { waits } = createSimulation(trace)({ ...setting, workersMax: servers, minimum: kept(servers) });
      const waiting = erlangC(load, servers);
      expect(Math.abs(share(waits, (wait) => wait > 0) - waiting)).toBeLessThan(0.015);
      const meanWaitMs = (waiting * load * 1_000) / (servers - load);
      expect(Math.abs(mean(waits) / meanWaitMs - 1)).toBeLessThan(0.1);
    },
  );

  it("M/G/∞: the workers that are busy are Poisson with mean λE[S], whatever the distribution of S", () => {
    // Half take 1 s and half 9 s, one a second: 5 are busy on average.
    const trace = poisson(100_000, 1_000, (random) => (random() < 0.5 ? 1_000 : 9_000));
    const scaling = { type: "REQUEST_COUNT", requestCount: 1 } as const;
    const { busyAtArrival, waits } = createSimulation(trace)({ ...setting, workersMax: 60, scaling, idleTimeoutMs: 0 });
    expect(share(waits, (wait) => wait > 0)).toBe(0);
    let poissonShare = Math.exp(-5);
    for (let busy = 0; busy <= 14; busy++) {
      expect(Math.abs(share(busyAtArrival, (value) => value === busy) - poissonShare)).toBeLessThan(0.006);
      poissonShare *= 5 / (busy + 1);
    }
  });

  it.each([5_000, 60_000, 300_000])(
    "one worker that starts for 40 s and stops after %i ms: cold share, waiting and paid time as for M/G/1 with set-up",
    (idleTimeoutMs) => {
      const [gapMs, serviceMs, startUpMs] = [60_000, 6_000, 40_000];
      const trace = poisson(100_000, gapMs, () => serviceMs, startUpMs);
      const simulated = createSimulation(trace)({ ...setting, idleTimeoutMs });
      // Found idle for longer than the time-out: the gap after a busy period is exponential again.
      const isOver = Math.exp(-idleTimeoutMs / gapMs);
      const load = serviceMs / gapMs;
      const foundIdle = (1 - load) / (1 + (isOver * startUpMs) / gapMs);
      expect(Math.abs(simulated.cold / simulated.n - foundIdle * isOver)).toBeLessThan(0.01);
      const paidMs = serviceMs + foundIdle * (isOver * startUpMs + (1 - isOver) * gapMs);
      expect(
        Math.abs(simulated.paidMsByDay.reduce((sum, day) => sum + day, 0) / simulated.n / paidMs - 1),
      ).toBeLessThan(0.01);
    },
  );
});

describe("by hand", () => {
  const story = ({ n, waits, isCold, latencies }: Simulated) =>
    Array.from(
      { length: n },
      (_, job) => `${(waits[job] ?? 0) / 1_000} ${isCold[job]} ${(latencies[job] ?? 0) / 1_000}`,
    );

  it("the first waits for a start, the second finds the worker, after the idle time-out it is cold again", () => {
    const simulated = createSimulation(byHand([0, 45, 100], 3, [40, 20]))(setting);
    expect(story(simulated)).toEqual(["40 1 43", "0 0 3", "20 1 23"]);
    // 40 + 3, idle 2, 3, idle 5; then 20 + 3, idle 5.
    expect(simulated.paidMs).toBe((53 + 28) * 1_000);
    expect(simulated).toMatchObject({ cold: 2, starts: 2, startUpMs: 60_000 });
  });

  it("a second worker starts when a job has waited four seconds, and only up to the maximum", () => {
    const two = createSimulation(byHand([0, 1, 2], 3, [40, 40]))({ ...setting, workersMax: 2 });
    // The second worker starts at 5 s; the third job waits for nobody in particular.
    expect(story(two)).toEqual(["40 1 43", "42 0 45", "43 1 46"]);
    const one = createSimulation(byHand([0, 1, 2], 3, [40, 40]))(setting);
    expect(story(one)).toEqual(["40 1 43", "42 0 45", "44 0 47"]);
  });

  it("by count of jobs, workers start at once", () => {
    const scaling = { type: "REQUEST_COUNT", requestCount: 2 } as const;
    const simulated = createSimulation(byHand([0, 0, 0], 3, [40, 10]))({ ...setting, workersMax: 9, scaling });
    expect(simulated.starts).toBe(2);
  });

  it("a kept worker is up from the start, paid for all the time, and nobody's start", () => {
    const simulated = createSimulation(byHand([100, 1_000], 3, [40]))({ ...setting, minimum: kept(1) });
    expect(story(simulated)).toEqual(["0 0 3", "0 0 3"]);
    expect(simulated).toMatchObject({ starts: 0, paidMs: HOUR });
  });

  it("a schedule keeps a worker for its hours: started before the first job, gone when they end", () => {
    const minimum = [
      { atMs: 0, workers: 0 },
      { atMs: 100_000, workers: 1 },
      { atMs: 1_000_000, workers: 0 },
    ];
    const simulated = createSimulation(byHand([50, 500, 1_500], 3, [40]))({ ...setting, minimum });
    expect(story(simulated)).toEqual(["40 1 43", "0 0 3", "40 1 43"]);
    // The first job's worker is gone at 98 s; 100 s to 1000 s is kept; the last job has its own.
    expect(simulated.paidMs).toBe((48 + 900 + 48) * 1_000);
    expect(simulated.starts).toBe(3);
  });

  it("a faster GPU shortens execution, not what comes before and after it", () => {
    const [dispatches, rests] = [Float64Array.of(1_000, 1_000), Float64Array.of(500, 500)];
    const trace = { ...byHand([0, 42], 3, [40]), dispatches, rests };
    const { latencies } = createSimulation(trace)({ ...setting, executionFactor: 0.5 });
    // A start was measured to the beginning of its job: handing over is in it.
    expect(latencies[0]).toBe(40_000 + 1_000 + 500);
    expect(latencies[1]).toBe(1_000 + 1_000 + 500);
  });

  it("days add up to what is paid", () => {
    const trace = byHand([0, 86_000, 100_000], 3, [40], 2 * 86_400);
    const { paidMsByDay } = createSimulation(trace)({ ...setting, minimum: kept(2), workersMax: 2 });
    expect([...paidMsByDay]).toEqual([2 * 86_400_000, 2 * 86_400_000]);
  });
});
