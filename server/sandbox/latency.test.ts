import { expect, it } from "vitest";
import { LatencyModel, normalScore, PLAN, quantileFunction } from "./latency";
import { sampleLatencies } from "./sample";

it("meets all three quantiles of the plan exactly and never falls as the probability grows", () => {
  for (const plan of Object.values(PLAN)) {
    const curve = quantileFunction(plan);
    expect(curve(0.5)).toBeCloseTo(plan.p50Ms, 3);
    expect(curve(0.95)).toBeCloseTo(plan.p95Ms, 3);
    expect(curve(0.99)).toBeCloseTo(plan.p99Ms, 3);
    for (let step = 1; step < 2_000; step += 1)
      expect(curve(step / 2_000)).toBeGreaterThanOrEqual(curve((step - 1) / 2_000));
  }
});

it("knows the normal distribution", () => {
  expect(normalScore(0.5)).toBeCloseTo(0, 8);
  expect(normalScore(0.975)).toBeCloseTo(1.959963984540054, 7);
  expect(normalScore(0.001)).toBeCloseTo(-3.090232306167813, 7);
});

it.each([7])("jobs of seed %i run through the scheduler match the plan within 3 % at n = 50,000", async (seed) => {
  for (const { relativeError, n } of await sampleLatencies(50_000, seed)) {
    expect(n).toBe(50_000);
    for (const error of Object.values(relativeError)) expect(Math.abs(error)).toBeLessThan(0.03);
  }
});

it("the same seed draws the same, another seed another", () => {
  const draw = (seed: number) => {
    const model = new LatencyModel(seed);
    return Array.from({ length: 300 }, () => model.drawMs("cold"));
  };
  expect(draw(3)).toEqual(draw(3));
  expect(draw(3)).not.toEqual(draw(4));
});
