import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binomialAtMost } from "./binomial";
import { changeEvidence } from "./change-evidence";
import { differenceInterval, logEvidenceOfMore } from "./compare-rates";
import { differenceAtOnce } from "./difference-at-once";
import { logGamma } from "./log-gamma";
import { quantileRanks } from "./quantile-ranks";
import { LOG_PROOF, logRateEvidence, PROOF, rateBets } from "./rate-evidence";
import { wilson } from "./wilson";

const rate = fc.double({ min: 0.02, max: 0.98, noNaN: true });
const count = fc.integer({ min: 0, max: 400 });
/** Binomial probabilities by the recurrence of Pascal's triangle: shares nothing with the code under test. */
function binomial(n: number, p: number): number[] {
  let row = [1];
  for (let i = 0; i < n; i++) {
    row = [0, ...row].map((up, k) => up * p + (row[k] ?? 0) * (1 - p));
  }
  return row;
}

it("logGamma is the logarithm of factorials", () => {
  let log = 0;
  for (let n = 1; n <= 150; n++) {
    expect(logGamma(n)).toBeCloseTo(log, 8);
    log += Math.log(n);
  }
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 12);
});

it("binomialAtMost is the sum of the probabilities", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), rate, (n, p) => {
      let sum = 0;
      for (const [k, probability] of binomial(n, p).entries()) {
        sum += probability;
        expect(binomialAtMost(k, n, p)).toBeCloseTo(sum, 9);
      }
    }),
    { numRuns: 50 },
  );
});

describe("wilson", () => {
  // Values of R's prop.test(x, n, correct = FALSE), as in Brown, Cai and DasGupta.
  it.each([
    [0, 10, 0, 0.27753],
    [5, 5, 0.23659, 0.76341],
    [81, 182, 0.25528, 0.36621],
  ])("of %i successes and %i failures", (successes, failures, low, high) => {
    const interval = wilson(successes, failures);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it("holds the measured rate, lies in [0, 1], mirrors, and its one-sided bounds are tighter", () => {
    fc.assert(
      fc.property(count, count, (successes, failures) => {
        const both = wilson(successes, failures);
        const measured = successes + failures === 0 ? 0.5 : successes / (successes + failures);
        expect(both.low).toBeGreaterThanOrEqual(0);
        expect(both.high).toBeLessThanOrEqual(1);
        expect(both.low).toBeLessThanOrEqual(measured);
        expect(both.high).toBeGreaterThanOrEqual(measured);
        expect(wilson(failures, successes).low).toBeCloseTo(1 - both.high, 12);
        expect(wilson(successes, failures, "lower")).toMatchObject({ high: 1 });
        expect(wilson(successes, failures, "lower").low).toBeGreaterThanOrEqual(both.low);
        expect(wilson(successes, failures, "upper").high).toBeLessThanOrEqual(both.high);
      }),
    );
  });
});

describe("evidence has an expectation of at most 1 under the hypothesis that it speaks against", () => {
  it("for one rate", () => {
    fc.assert(
      fc.property(rate, fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 60 }), (bound, u, n) => {
        const sum = (side: "above" | "below", p: number) =>
          binomial(n, p).reduce(
            (total, probability, k) => total + probability * Math.exp(logRateEvidence(rateBets(bound, side), k, n - k)),
            0,
          );
        expect(sum("above", bound * u)).toBeLessThanOrEqual(1 + 1e-9);
        expect(sum("below", bound + (1 - bound) * u)).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });

  it("for two rates", () => {
    fc.assert(
      fc.property(
        rate,
        fc.double({ min: -0.5, max: 0.5, noNaN: true }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 12 }),
        (right, difference, less, n, m) => {
          const left = right + difference - less;
          fc.pre(left >= 0 && left <= 1);
          let sum = 0;
          for (const [a, pa] of binomial(n, left).entries()) {
            for (const [b, pb] of binomial(m, right).entries()) {
              const log = logEvidenceOfMore(
                { successes: a, failures: n - a },
                { successes: b, failures: m - b },
                difference,
              );
              sum += pa * pb * Math.exp(log);
            }
          }
          expect(sum).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
    );
  });

  it("for a change, over every order of outcomes", () => {
    fc.assert(
      fc.property(rate, fc.double({ min: 0, max: 1, noNaN: true }), (bound, u) => {
        const p = bound + (1 - bound) * u;
        let sum = 0;
        for (let order = 0; order < 2 ** 11; order++) {
          const evidence = changeEvidence(bound);
          let [probability, last] = [1, 0];
          for (let bit = 0; bit < 11; bit++) {
            const success = (order & (1 << bit)) !== 0;
            probability *= success ? p : 1 - p;
            last = evidence.add(success);
          }
          sum += probability * last;
        }
        expect(sum).toBeLessThanOrEqual(1 + 1e-9);
      }),
      { numRuns: 20 },
    );
  });
});

it("changeEvidence finds a sudden end behind a long good past, where counts alone would not", () => {
  const evidence = changeEvidence(0.98);
  const bets = rateBets(0.98, "below");
  for (let i = 0; i < 20_000; i++) evidence.add(true);
  let failures = 0;
  while (evidence.add(false) < PROOF) failures += 1;
  expect(failures).toBeLessThan(8);
  expect(logRateEvidence(bets, 20_000, failures)).toBeLessThan(LOG_PROOF);
});

describe("differenceInterval", () => {
  it("holds the measured difference, mirrors when the sides change places, and is everything without data", () => {
    fc.assert(
      fc.property(count, count, count, count, (a, b, c, d) => {
        fc.pre(a + b > 0 && c + d > 0);
        const [left, right] = [
          { successes: a, failures: b },
          { successes: c, failures: d },
        ];
        const { low, high } = differenceInterval(left, right);
        const measured = a / (a + b) - c / (c + d);
        expect(low).toBeLessThanOrEqual(measured + 1e-9);
        expect(high).toBeGreaterThanOrEqual(measured - 1e-9);
        const mirrored = differenceInterval(right, left);
        expect(mirrored.low).toBeCloseTo(-high, 6);
      }),
      { numRuns: 60 },
    );
    expect(differenceInterval({ successes: 9, failures: 0 }, { successes: 0, failures: 0 })).toEqual({
      low: -1,
      high: 1,
    });
  });

  it("is wider than the interval for one look", () => {
    const [left, right] = [
      { successes: 192, failures: 8 },
      { successes: 1_782, failures: 18 },
    ];
    const always = differenceInterval(left, right);
    const once = differenceAtOnce(left, right);
    expect(always.low).toBeLessThan(once.low);
    expect(always.high).toBeGreaterThan(once.high);
  });

  // Newcombe (1998), table II, contrast (a): 56/70 against 48/80, method 10.
  it("for one look is Newcombe's", () => {
    const { low, high } = differenceAtOnce({ successes: 56, failures: 14 }, { successes: 48, failures: 32 });
    expect(low).toBeCloseTo(0.0524, 4);
    expect(high).toBeCloseTo(0.3339, 4);
  });
});

describe("quantileRanks", () => {
  it("cover the quantile with at least 95 %, and no rank nearer does", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.constantFrom(0.5, 0.9, 0.95, 0.99), (n, quantile) => {
        const { low, high } = quantileRanks(n, quantile);
        const cumulative: number[] = [];
        binomial(n, quantile).reduce((sum, probability, k) => {
          cumulative[k] = sum + probability;
          return sum + probability;
        }, 0);
        const atMost = (k: number) => (k < 0 ? 0 : (cumulative[k] ?? 1));
        if (low !== null) expect(atMost(low - 1)).toBeLessThanOrEqual(0.025 + 1e-9);
        expect(atMost(low ?? 0)).toBeGreaterThan(0.025 - 1e-9);
        if (high !== null) expect(atMost(high - 1)).toBeGreaterThanOrEqual(0.975 - 1e-9);
        if (high !== null) expect(atMost(high - 2)).toBeLessThan(0.975 + 1e-9);
      }),
    );
  });

  it("bound the 95 % quantile from above from 72 values on", () => {
    expect(quantileRanks(71, 0.95).high).toBeNull();
    expect(quantileRanks(72, 0.95).high).toBe(72);
  });
});
