import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COLD_START_RULE, type ColdStartEvidence, classifyColdStart, type WorkerCounts } from "./cold-start";
import { NO_SIGNS, withReading, workerLastSeenMsAgo } from "./cold-start-signs";
import { COLD_CLASSES } from "./vocabulary";

const NO_WORKERS: WorkerCounts = {
  idle: 0,
  initializing: 0,
  ready: 0,
  running: 0,
  throttled: 0,
  unhealthy: 0,
  jobsInQueue: 0,
  jobsInProgress: 0,
};

/** A job alone on an endpoint at rest, of which everything was observed. */
function evidence(changes: Partial<ColdStartEvidence> = {}): ColdStartEvidence {
  return {
    provider: "comfyui",
    delayMs: 41_700,
    workerId: "w1",
    workerLastSeenMsAgo: null,
    idleTimeoutMs: 5_000,
    workersBefore: NO_WORKERS,
    workersBeforeAgeMs: 200,
    initializingSeen: true,
    throttledSeen: false,
    aheadOfUs: 0,
    retries: null,
    warmingUpMs: null,
    ...changes,
  };
}

const NOTHING_OBSERVED = evidence({
  workerId: null,
  workersBefore: null,
  workersBeforeAgeMs: null,
  initializingSeen: null,
  throttledSeen: null,
  aheadOfUs: null,
  idleTimeoutMs: null,
});

const BUSY = { ...NO_WORKERS, running: 2, jobsInProgress: 2 };

describe("RunPod, by evidence", () => {
  it.each<[string, ColdStartEvidence, string]>([
    ["a real cold start of the measured length", evidence(), "cold"],
    // Measured: /health said idle 2, ready 2 before a cold start of 41.7 s.
    [
      "ready workers before do not make it warm",
      evidence({ workersBefore: { ...NO_WORKERS, idle: 2, ready: 2 } }),
      "cold",
    ],
    ["nobody saw the start, but nothing was ahead", evidence({ initializingSeen: false }), "cold"],
    [
      "no reading at all, but nothing of ours was ahead",
      evidence({ workersBefore: null, initializingSeen: null }),
      "cold",
    ],
    ["a warm worker", evidence({ delayMs: 350, initializingSeen: null, workerLastSeenMsAgo: 1_200 }), "warm"],
    ["a FlashBoot revival", evidence({ delayMs: 1_100, initializingSeen: null }), "warm"],
    ["a revival after the scaler's queue delay", evidence({ delayMs: 5_200, initializingSeen: false }), "warm"],
    // Measured: 62 s behind other jobs on a warm worker.
    [
      "a long queue is no cold start",
      evidence({ delayMs: 62_000, workerLastSeenMsAgo: 300, aheadOfUs: 20, workersBefore: BUSY }),
      "queued",
    ],
    [
      "a queue while another worker starts",
      evidence({ delayMs: 30_000, workerLastSeenMsAgo: 300, aheadOfUs: 5 }),
      "queued",
    ],
    [
      "a short queue",
      evidence({ delayMs: 1_600, workerLastSeenMsAgo: 200, aheadOfUs: 1, workersBefore: BUSY }),
      "queued",
    ],
    ["a restarted worker under its old name", evidence({ workerLastSeenMsAgo: 41_000 }), "cold"],
    ["the same under a long idle time-out", evidence({ workerLastSeenMsAgo: 41_000, idleTimeoutMs: 60_000 }), "queued"],
    ["a new worker that started while others were busy", evidence({ aheadOfUs: 3, workersBefore: BUSY }), "cold"],
    [
      "it joined a start that was under way",
      evidence({ delayMs: 1_500, initializingSeen: null, workersBefore: { ...NO_WORKERS, running: 1 } }),
      "cold",
    ],
    ["no machine to be had, measured", evidence({ throttledSeen: true, throttledMs: 30_000 }), "throttled"],
    ["no machine for a moment only", evidence({ throttledSeen: true, throttledMs: 4_000 }), "cold"],
    ["no machine to be had, only seen", evidence({ throttledSeen: true }), "throttled"],
    ["the platform ran it again", evidence({ retries: 1, delayMs: 101_050 }), "unknown"],
    ["the platform ran it again, fast", evidence({ retries: 2, delayMs: 200 }), "unknown"],
    ["retries said to be 0", evidence({ retries: 0 }), "cold"],
    ["no delay reported", evidence({ delayMs: null }), "unknown"],
    ["a long delay and nothing else known", NOTHING_OBSERVED, "unknown"],
    ["a short delay and nothing else known", { ...NOTHING_OBSERVED, delayMs: 500 }, "warm"],
    [
      "somebody else's jobs may have warmed the worker",
      evidence({ initializingSeen: false, aheadOfUs: 0, workersBefore: { ...BUSY, jobsInQueue: 9 } }),
      "unknown",
    ],
  ])("%s", (_name, given, expected) => {
    const verdict = classifyColdStart(given);
    expect([verdict.class, verdict.because]).toEqual([expected, expect.any(String)]);
    expect(verdict.rule).toBe(COLD_START_RULE);
  });

  it("puts the wait down to the start when, and only when, it is cold", () => {
    expect(classifyColdStart(evidence()).startUpMs).toBe(41_700);
    expect(classifyColdStart(evidence({ delayMs: 300 })).startUpMs).toBeNull();
  });
});

describe("Scenario, by its history", () => {
  const scenario = (changes: Partial<ColdStartEvidence>) =>
    classifyColdStart({ ...NOTHING_OBSERVED, provider: "scenario", ...changes });

  it.each([
    [{ warmingUpMs: 18_000, delayMs: 19_000 }, "cold"],
    [{ warmingUpMs: 0, delayMs: 400 }, "warm"],
    [{ warmingUpMs: 20, delayMs: 400 }, "warm"],
    [{ warmingUpMs: 0, delayMs: 9_000 }, "queued"],
    [{ warmingUpMs: 0, delayMs: null }, "warm"],
    [{ warmingUpMs: null, delayMs: 400 }, "unknown"],
  ] as const)("%j is %s", (changes, expected) => {
    expect(scenario(changes).class).toBe(expected);
  });

  it("counts the warm-up alone as the start", () => {
    expect(scenario({ warmingUpMs: 18_000, delayMs: 30_000 }).startUpMs).toBe(18_000);
  });
});

it("gives one of the classes, the same one each time, and cold exactly with a start-up time", () => {
  const ms = fc.option(fc.integer({ min: 0, max: 200_000 }), { nil: null });
  const flag = fc.option(fc.boolean(), { nil: null });
  const count = fc.nat(5);
  const arbitrary = fc.record({
    provider: fc.constantFrom("comfyui" as const, "scenario" as const),
    delayMs: ms,
    workerId: fc.option(fc.constant("w"), { nil: null }),
    workerLastSeenMsAgo: ms,
    idleTimeoutMs: ms,
    workersBefore: fc.option(
      fc.record({
        idle: count,
        initializing: count,
        ready: count,
        running: count,
        throttled: count,
        unhealthy: count,
        jobsInQueue: count,
        jobsInProgress: count,
      }),
      { nil: null },
    ),
    workersBeforeAgeMs: ms,
    initializingSeen: flag,
    throttledSeen: flag,
    throttledMs: ms,
    aheadOfUs: fc.option(count, { nil: null }),
    retries: fc.option(fc.nat(2), { nil: null }),
    warmingUpMs: ms,
  });
  fc.assert(
    fc.property(arbitrary, (given) => {
      const verdict = classifyColdStart(given);
      expect(COLD_CLASSES).toContain(verdict.class);
      expect(verdict.startUpMs !== null).toBe(verdict.class === "cold");
      expect(classifyColdStart({ ...given })).toEqual(verdict);
      if (given.provider === "comfyui" && (given.retries ?? 0) >= 1) expect(verdict.class).toBe("unknown");
    }),
    { numRuns: 5_000 },
  );
});

describe("signs while waiting", () => {
  const starting = { ...NO_WORKERS, initializing: 1, jobsInQueue: 1 };
  const throttled = { ...NO_WORKERS, throttled: 1, jobsInQueue: 1 };

  it("keeps a start once seen, and counts a loading container as one", () => {
    const seen = withReading(NO_SIGNS, starting, 2_000);
    expect(withReading(seen, NO_WORKERS, 4_000).initializingSeen).toBe(true);
    expect(withReading(NO_SIGNS, { ...NO_WORKERS, running: 1, jobsInQueue: 1 }, 2_000).initializingSeen).toBe(true);
    expect(withReading(NO_SIGNS, BUSY, 2_000).initializingSeen).toBe(false);
  });

  it("does not take a leftover of the time before for throttling", () => {
    expect(withReading(NO_SIGNS, throttled, 1_000)).toMatchObject({ throttledSeen: false });
    expect(withReading(NO_SIGNS, throttled, 3_000)).toMatchObject({ throttledSeen: true, throttledMs: 3_000 });
    expect(withReading(NO_SIGNS, { ...throttled, initializing: 1 }, 5_000).throttledSeen).toBe(false);
    expect(withReading(NO_SIGNS, { ...throttled, running: 1 }, 5_000).throttledSeen).toBe(false);
  });

  it("measures throttling from reading to reading", () => {
    let signs = withReading(NO_SIGNS, starting, 2_000);
    signs = withReading(signs, throttled, 6_000);
    signs = withReading(signs, throttled, 11_000);
    signs = withReading(signs, starting, 14_000);
    expect(signs).toEqual({ initializingSeen: true, throttledSeen: true, throttledMs: 9_000, lastReadingMs: 14_000 });
  });

  it("lets a first reading speak for the last seconds only", () => {
    expect(withReading(NO_SIGNS, throttled, 60_000).throttledMs).toBe(5_000);
  });

  it("ignores a reading that is not newer, or older than the job", () => {
    const signs = withReading(NO_SIGNS, throttled, 6_000);
    expect(withReading(signs, throttled, 6_000)).toEqual(signs);
    expect(withReading(signs, starting, 5_000)).toEqual(signs);
    expect(withReading(NO_SIGNS, starting, -10)).toEqual(NO_SIGNS);
  });
});

describe("when a worker was last seen", () => {
  const job = { submittedAtMs: 100_000, delayMs: 5_000 };

  it("reckons from the provider's times to the latest end before this start", () => {
    const others = [
      { submittedAtMs: 90_000, delayMs: 100, executionMs: 3_000 },
      { submittedAtMs: 98_000, delayMs: 500, executionMs: 6_200 },
    ];
    expect(workerLastSeenMsAgo(job, others)).toBe(300);
  });

  it("knows nothing from jobs that began later, or from none", () => {
    expect(workerLastSeenMsAgo(job, [])).toBeNull();
    expect(workerLastSeenMsAgo(job, [{ submittedAtMs: 101_000, delayMs: 9_000, executionMs: 1 }])).toBeNull();
  });

  it("takes a run whose end we have not heard of for one that ended just before", () => {
    expect(workerLastSeenMsAgo(job, [{ submittedAtMs: 99_000, delayMs: 100, executionMs: null }])).toBe(0);
  });

  it("is never negative, however the clocks disagree", () => {
    expect(workerLastSeenMsAgo(job, [{ submittedAtMs: 99_000, delayMs: 100, executionMs: 6_400 }])).toBe(0);
  });
});
