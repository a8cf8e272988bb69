import fc from "fast-check";
import { expect, it } from "vitest";
import { mixedQuantile, type ProviderBase, whatIfOf } from "./what-if";

const DAY = 24 * 3_600_000;
const provider = (change: Partial<ProviderBase>): ProviderBase => ({
  generations: 0,
  priced: 0,
  costMicros: 0,
  baselined: 0,
  baselineMicros: 0,
  coldKnown: 0,
  cold: 0,
  latenciesMs: [],
  ...change,
});
const scenario = provider({
  generations: 900,
  priced: 900,
  costMicros: 900 * 75_000,
  baselined: 900,
  baselineMicros: 900 * 75_000,
  latenciesMs: [3_000, 3_000, 8_000],
});
const comfyui = provider({
  generations: 100,
  priced: 100,
  costMicros: 100 * 5_000,
  coldKnown: 80,
  cold: 8,
  latenciesMs: [3_000, 45_000],
});
const base = { fromMs: 0, toMs: 4 * DAY, requests: 1_000, providers: { scenario, comfyui } };

it("splits the day's requests and prices them", () => {
  const half = whatIfOf("production", 5_000, base);
  expect(half.base).toMatchObject({ days: 4, n: { scenario: 900, comfyui: 100 } });
  expect(half.requestsPerDay.scenario.value).toBe(125);
  expect(half.requestsPerDay.comfyui.value).toBe(125);
  expect(half.costPerDayMicros.value).toBe(125 * 75_000 + 125 * 5_000);
  expect(half.savingPerDayMicros.value).toBe(250 * 75_000 - (125 * 75_000 + 125 * 5_000));
  expect(half.coldStartsPerDay).toMatchObject({ value: 12.5, n: 80 });
  expect(half.latencyMsP95.value).toBe(45_000);
});

it("says what is missing instead of a zero", () => {
  const unknown = whatIfOf("production", 1_000, { ...base, providers: { scenario, comfyui: provider({}) } });
  expect(unknown.costPerDayMicros).toMatchObject({ value: null, n: 0 });
  expect(unknown.costPerDayMicros.missing).toContain("ComfyUI");
  expect(unknown.coldStartsPerDay.value).toBeNull();
  expect(unknown.latencyMsP95.value).toBeNull();
  expect(unknown.requestsPerDay.comfyui.value).toBe(25);
  const nothing = { ...base, requests: 0, providers: { scenario: provider({}), comfyui: provider({}) } };
  expect(whatIfOf("production", 1_000, nothing).requestsPerDay.scenario.value).toBeNull();
});

it("at 0 % nothing of the candidate is needed", () => {
  const none = whatIfOf("production", 0, { ...base, providers: { scenario, comfyui: provider({}) } });
  expect(none.coldStartsPerDay.value).toBe(0);
  expect(none.latencyMsP95.value).toBe(8_000);
  expect(none.savingPerDayMicros.value).toBe(0);
});

it("mixedQuantile of equal weights and sizes is the quantile of all values together", () => {
  const values = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 10, maxLength: 10 });
  fc.assert(
    fc.property(values, values, (left, right) => {
      const all = [...left, ...right].sort((a, b) => a - b);
      const mixed = mixedQuantile(
        [
          { weight: 0.5, values: left },
          { weight: 0.5, values: right },
        ],
        0.95,
      );
      expect(mixed).toBe(all[Math.ceil(0.95 * all.length) - 1]);
    }),
  );
});
