import { describe, expect, it } from "vitest";
import type { EndpointSettings } from "@/server/domain/endpoint/settings";
import { uncertaintyOf } from "./day-sums";
import { quantileOf } from "./quantile";
import { minimumSteps, presentSetting, settingsToTry, settingWords, type WarmGpu } from "./settings";
import { createSimulation, DAY_MS } from "./simulate";
import { startUpsOf } from "./start-ups";
import { randomOf, traceOf } from "./trace";
import { byMinimum, calibrate, evaluatorOf, type WarmOutcome, whatIfWarm, worthwhile } from "./what-if";

const HOUR = 3_600_000;
const gpu: WarmGpu = { pool: "ADA_24", name: "RTX 4090", price: { micros: 1_100_000, per: 3_600 }, speedFactor: 1 };
const settings: EndpointSettings = {
  name: "flux",
  image: null,
  gpuPools: ["ADA_24"],
  gpuCount: 1,
  workersMin: 0,
  workersMax: 3,
  idleTimeoutS: 5,
  scaling: { type: "QUEUE_DELAY", queueDelayS: 4 },
  executionTimeoutMs: null,
  flashboot: "OFF",
  dataCenterIds: [],
};
const present = presentSetting(settings, gpu);
const random = randomOf(2);
const DAYS = 14;
const span = { fromMs: Date.UTC(2026, 9, 19), toMs: Date.UTC(2026, 9, 19) + DAYS * DAY_MS, zone: "Europe/Berlin" };
/** Two an hour by night, twenty an hour by day. */
const requests = Array.from({ length: DAYS * 24 }, (_, hour) =>
  Array.from({ length: hour % 24 >= 8 && hour % 24 < 19 ? 20 : 2 }, () => ({
    atMs: span.fromMs + (hour + random()) * HOUR,
    delayMs: 100,
    executionMs: 3_000 + Math.floor(random() * 4_000),
    restMs: 300,
    isCold: false,
  })),
).flat();
/** Three that came to an endpoint at rest, long before the others. */
const cold = [30_000, 40_000, 50_000].map((delayMs, index) => ({
  atMs: span.fromMs + (index * HOUR) / 10,
  delayMs,
  executionMs: 4_000,
  restMs: 300,
  isCold: true,
}));
const under = { idleTimeoutMs: 5_000, secondAfterMs: 4_000, hasFlashBoot: false, kept: [] };
const later = requests.filter(({ atMs }) => atMs > span.fromMs + HOUR);
const trace = traceOf([...cold, ...later], under, span);
if (trace === null) throw new Error("there are requests");
const whatIf = await whatIfWarm(
  {
    trace,
    span,
    present,
    otherGpus: [
      { ...gpu, pool: "AMPERE_16", name: "A4000", price: { micros: 580_000, per: 3_600 }, speedFactor: null },
    ],
    target: { p95Ms: 15_000, coldShare: null },
  },
  async () => undefined,
);

describe("the what-if", () => {
  it("has the present setting first and each setting once", () => {
    expect(whatIf.outcomes[0]?.setting).toEqual(present);
    const words = whatIf.outcomes.map(({ setting }) => settingWords(setting));
    expect(new Set(words).size).toBe(words.length);
    expect(byMinimum(whatIf.outcomes).map(({ setting }) => setting.workersMin)).toEqual([0, 1, 2, 3]);
  });

  it("names the cheapest setting that meets the target, and none by the times of another GPU", () => {
    const { cheapest, outcomes, target } = whatIf;
    const meeting = outcomes.filter(
      ({ p95Ms, setting }) => p95Ms <= (target.p95Ms ?? 0) && setting.gpu.speedFactor !== null,
    );
    expect(meeting.length).toBeGreaterThan(0);
    expect(cheapest?.perMonthMicros).toBe(
      Math.min(...meeting.map(({ perMonthMicros }) => perMonthMicros ?? Number.NaN)),
    );
    expect(cheapest?.setting.gpu.name).toBe("RTX 4090");
    expect(cheapest?.uncertainty).not.toBeNull();
  });

  it("prices a kept worker by the whole day and breaks even by cold starts avoided", () => {
    const kept = byMinimum(whatIf.outcomes)[1];
    expect(kept?.standingPerDayMicros).toBe(26_400_000);
    expect(kept?.perMonthMicros).toBeGreaterThanOrEqual(792_000_000);
    // 40 s at $1.10 an hour; $26.40 a day.
    expect(whatIf.coldStartMicros).toBe(12_222);
    expect(whatIf.breakEvenColdPerDay).toBeCloseTo(26_400_000 / 12_222, 6);
  });

  it("keeps what another setting does not beat in both cost and p95", () => {
    const front = worthwhile(whatIf.outcomes);
    for (const one of front)
      expect(
        whatIf.outcomes.some(
          (other) => (other.perMonthMicros ?? 0) < (one.perMonthMicros ?? 0) && other.p95Ms <= one.p95Ms,
        ),
      ).toBe(false);
  });

  it("tries schedules on whole weeks only", async () => {
    const short = { ...span, toMs: span.fromMs + 6 * DAY_MS };
    const days = traceOf(
      later.filter(({ atMs }) => atMs < short.toMs),
      under,
      short,
    );
    if (days === null) throw new Error("there are requests");
    const found = await whatIfWarm(
      { trace: days, span: short, present, otherGpus: [], target: whatIf.target },
      async () => undefined,
    );
    expect(whatIf.outcomes.some(({ setting }) => setting.schedule !== null)).toBe(true);
    expect(found.outcomes.some(({ setting }) => setting.schedule !== null)).toBe(false);
  });

  it("says that a price is not known, and recommends nothing by it", async () => {
    const unpriced = presentSetting(settings, { ...gpu, price: null });
    const found = await whatIfWarm(
      { trace, span, present: unpriced, otherGpus: [], target: whatIf.target },
      async () => undefined,
    );
    expect(found).toMatchObject({ cheapest: null, coldStartMicros: null, breakEvenColdPerDay: null });
    expect(found.outcomes[0]).toMatchObject({ perMonthMicros: null, standingPerDayMicros: null });
  });
});

describe("how long starts take", () => {
  const rest = { executionMs: 3_000, restMs: 0 };

  it("is told from what was hidden too: a start that another worker's overtook is known to have been longer", () => {
    const draws = randomOf(9);
    const takes = Array.from({ length: 4_000 }, () => 20_000 + draws() * 60_000);
    // Every hour a request to an endpoint at rest; soon after most of them another, which a second worker takes.
    const all = takes.flatMap((takesMs, index) => {
      const atMs = index * HOUR;
      const nextMs = draws() * 120_000;
      // The second worker, asked for 4 s after the second request, is there ten seconds later.
      const delayMs = Math.min(takesMs, nextMs + 14_000);
      return [
        { ...rest, atMs, delayMs, isCold: true },
        { ...rest, atMs: atMs + nextMs, delayMs: 100, isCold: false },
      ];
    });
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const naive = mean(all.filter(({ isCold }) => isCold).map(({ delayMs }) => delayMs));
    expect(naive / mean(takes)).toBeLessThan(0.9);
    expect(Math.abs(mean(startUpsOf(all, under)) / mean(takes) - 1)).toBeLessThan(0.02);
  });

  it("counts FlashBoot's revivals where there is FlashBoot", () => {
    const all = [0, 1, 2, 3].map((hour) => ({ ...rest, atMs: hour * HOUR, delayMs: 800, isCold: false }));
    expect(startUpsOf(all, under)).toEqual([]);
    expect(new Set(startUpsOf(all, { ...under, hasFlashBoot: true }))).toEqual(new Set([800]));
  });
});

it("draws whole days: its interval holds what was simulated, and is not there for a few days", () => {
  const outcome = evaluatorOf(trace, span)(present, true);
  const { uncertainty } = outcome;
  if (uncertainty === null) throw new Error("two weeks are enough");
  expect(uncertainty.coldShare.low).toBeLessThan(outcome.coldShare);
  expect(uncertainty.coldShare.high).toBeGreaterThan(outcome.coldShare);
  expect(uncertainty.p95Ms.high).toBeGreaterThanOrEqual(outcome.p95Ms * 0.99);
  expect(uncertainty.perMonthMicros?.low).toBeLessThan(outcome.perMonthMicros ?? 0);
  const short = traceOf(later.slice(0, 100), under, { fromMs: span.fromMs, toMs: span.fromMs + 4 * DAY_MS });
  if (short === null) throw new Error("there are requests");
  const simulated = createSimulation(short)({
    workersMax: 1,
    minimum: [],
    idleTimeoutMs: 5_000,
    scaling: { type: "QUEUE_DELAY", queueDelayMs: 4_000 },
    executionFactor: 1,
  });
  expect(uncertaintyOf(short, simulated)).toBeNull();
});

it("keeps a schedule's hours in its zone, also when the clocks change", () => {
  const schedule = { label: "", weekdays: [1, 2, 3, 4, 5], fromHour: 8, toHour: 19, workers: 1 };
  const steps = minimumSteps({ workersMin: 0, schedule }, { ...span, toMs: span.fromMs + 8 * DAY_MS });
  const at = (atMs: number) => new Date(span.fromMs + atMs).toISOString().slice(5, 16);
  const [first] = steps;
  expect(first).toEqual({ atMs: 0, workers: 0 });
  expect(steps.slice(1, 3).map(({ atMs, workers }) => `${at(atMs)} ${workers}`)).toEqual([
    "10-19T06:00 1",
    "10-19T17:00 0",
  ]);
  // Five days; then Monday, an hour later by UTC since 25 October.
  expect(steps.slice(11).map(({ atMs, workers }) => `${at(atMs)} ${workers}`)).toEqual([
    "10-26T07:00 1",
    "10-26T18:00 0",
  ]);
});

it("tries settings within RunPod's bounds", () => {
  for (const { workersMin, workersMax, idleTimeoutS } of settingsToTry({ ...present, workersMax: 1 }, [])) {
    expect(workersMin).toBeLessThanOrEqual(workersMax);
    expect(idleTimeoutS).toBeGreaterThanOrEqual(1);
    expect(idleTimeoutS).toBeLessThanOrEqual(3_600);
  }
});

it("selects the quantile that sorting gives", () => {
  for (const n of [1, 2, 3, 10, 1_001]) {
    const values = Float64Array.from({ length: n }, () => Math.floor(random() * 50));
    const sorted = values.slice().sort();
    for (const share of [0, 0.5, 0.95, 1])
      expect(quantileOf(values.slice(), n, share)).toBe(sorted[Math.max(0, Math.ceil(share * n) - 1)]);
  }
  expect(quantileOf(new Float64Array(3), 0, 0.5)).toBeNull();
});

it("holds the simulation against what was measured, within 10 % or not", () => {
  const simulated = { coldShare: 0.11, p95Ms: 40_000, p95WarmMs: null, perMonthMicros: 90_000_000 } as WarmOutcome;
  const measured = {
    n: 100,
    coldShare: 0.1,
    p95Ms: 50_000,
    p95WarmMs: 6_000,
    perMonthMicros: null,
    billedPerMonthMicros: null,
  };
  expect(calibrate(measured, simulated)).toEqual([
    { what: "coldShare", measured: 0.1, simulated: 0.11, error: expect.closeTo(0.1, 9), isWithin: true },
    { what: "p95Ms", measured: 50_000, simulated: 40_000, error: expect.closeTo(-0.2, 9), isWithin: false },
  ]);
});
