import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeNotRisen, judgeNotWorse } from "./judge-difference";
import { judgeCount, judgeFact, judgeHeld } from "./judge-fact";
import { judgeQuantile } from "./judge-quantile";
import { judgeRate } from "./judge-rate";
import { wilson } from "./wilson";

const rateOf = (n: number, failures: number, threshold = 0.98, tolerance = 0.01) =>
  judgeRate({ successes: n - failures, failures, threshold, tolerance, subject: "generations", window: null });

describe("the plan's table: what it takes to prove a success rate at 95 %", () => {
  it.each([
    [0.98, 0, 189],
    [0.98, 1, 280],
    [0.98, 2, 361],
    [0.98, 8, 785],
    [0.95, 0, 73],
  ])("%f with %i failures takes %i generations", (threshold, failures, n) => {
    expect(wilson(n - failures, failures).low).toBeGreaterThanOrEqual(threshold);
    expect(wilson(n - 1 - failures, failures).low).toBeLessThan(threshold);
    expect(rateOf(n, failures, threshold).kind).toBe("proved_good");
    expect(rateOf(n - 1, failures, threshold)).toMatchObject({ kind: "not_proved_yet", more: 1 });
  });
});

describe("judgeRate", () => {
  it("says no data, and never a rate, without any", () => {
    expect(rateOf(0, 0)).toMatchObject({ kind: "no_data", value: null, n: 0, interval: null });
  });

  it("says how many more it takes", () => {
    expect(rateOf(141, 0)).toMatchObject({ kind: "not_proved_yet", more: 48 });
    expect(rateOf(189, 1)).toMatchObject({ kind: "not_proved_yet", more: 91 });
    expect(rateOf(189, 1).words).toContain("about 91 more without a failure");
  });

  it("does not promise a proof at a rate below the threshold", () => {
    expect(rateOf(100, 3)).toMatchObject({ kind: "not_proved_yet", moreAtThisRate: null });
  });

  it("proves a bad provider bad", () => {
    expect(rateOf(60, 12).kind).toBe("proved_bad");
    expect(rateOf(400, 30).kind).toBe("proved_bad");
  });

  it("`more` is exact: one fewer is no proof, that many is, for any counts and with any tolerance", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        fc.integer({ min: 0, max: 20 }),
        fc.constantFrom(0.9, 0.95, 0.98),
        fc.constantFrom(0, 0.005, 0.01),
        (n, failures, threshold, tolerance) => {
          fc.pre(failures <= n);
          const verdict = rateOf(n, failures, threshold, tolerance);
          if (verdict.kind !== "not_proved_yet") return;
          const more = verdict.more ?? 0;
          expect(rateOf(n + more, failures, threshold, tolerance).kind).toBe("proved_good");
          if (more > 1) expect(rateOf(n + more - 1, failures, threshold, tolerance).kind).toBe("not_proved_yet");
        },
      ),
    );
  });

  it("a further failure never makes it good, a further success never bad", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_500 }), fc.integer({ min: 0, max: 80 }), (n, failures) => {
        fc.pre(failures <= n);
        const { kind } = rateOf(n, failures);
        if (kind !== "proved_good") expect(rateOf(n + 1, failures + 1).kind).not.toBe("proved_good");
        if (kind !== "proved_bad") expect(rateOf(n + 1, failures).kind).not.toBe("proved_bad");
      }),
    );
  });

  it("shows failures as a rate that must stay below", () => {
    const verdict = judgeRate({
      successes: 399,
      failures: 1,
      threshold: 0.98,
      tolerance: 0.01,
      showFailures: true,
      subject: "attempts",
      window: null,
    });
    expect(verdict).toMatchObject({ kind: "proved_good", value: 1 / 400, good: "below" });
    expect(verdict.threshold).toBeCloseTo(0.02, 12);
    expect(verdict.interval?.low).toBeLessThan(1 / 400);
    expect(verdict.interval?.high).toBeLessThan(0.02);
  });
});

describe("judgeQuantile", () => {
  const of = (n: number, under: number) =>
    judgeQuantile({
      quantile: 0.95,
      n,
      under,
      limitMs: 10_000,
      valueMs: 6_000,
      lowMs: 5_000,
      highMs: 7_000,
      tolerance: 0.01,
      subject: "warm generations",
      window: null,
    }).kind;
  it.each([
    [0, 0, "no_data"],
    [71, 71, "not_proved_yet"],
    [72, 72, "proved_good"],
    [200, 190, "not_proved_yet"],
    [200, 198, "proved_good"],
    [200, 150, "proved_bad"],
  ])("%i of which %i are below the limit: %s", (n, under, kind) => {
    expect(of(n, under)).toBe(kind);
  });
});

describe("judgeNotWorse", () => {
  const of = (left: [number, number], right: [number, number]) =>
    judgeNotWorse({
      left: { successes: left[0], failures: left[1] },
      right: { successes: right[0], failures: right[1] },
      leftName: "ComfyUI",
      rightName: "Scenario",
      margin: 0.02,
      window: null,
    });
  it.each<[string, [number, number], [number, number], string]>([
    ["nothing on one side", [200, 0], [0, 0], "no_data"],
    ["too little", [30, 0], [270, 2], "not_proved_yet"],
    ["equal and enough", [990, 10], [8_910, 90], "proved_good"],
    ["clearly worse", [170, 30], [1_782, 18], "proved_bad"],
  ])("%s", (_name, left, right, kind) => {
    expect(of(left, right).kind).toBe(kind);
  });

  it("agrees with its interval against the margin, and says how many more it takes", () => {
    const verdict = of([198, 2], [1_782, 18]);
    expect(verdict.kind).toBe("not_proved_yet");
    expect(verdict.interval?.low).toBeLessThan(-0.02);
    const more = verdict.more ?? 0;
    expect(more).toBeGreaterThan(0);
    const factor = 1 + (more + 1) / 200;
    const later = of([198 * factor, 2 * factor], [1_782 * factor, 18 * factor]);
    expect(later.kind).toBe("proved_good");
    expect(later.interval?.low).toBeGreaterThan(-0.02);
  });
});

it.each<[string, [number, number], [number, number], string]>([
  ["nothing before", [5, 195], [0, 0], "no_data"],
  ["the same", [30, 970], [31, 969], "proved_good"],
  ["a few", [3, 47], [2, 48], "not_proved_yet"],
  ["risen", [300, 700], [50, 950], "proved_bad"],
])("judgeNotRisen: %s", (_name, left, right, kind) => {
  const verdict = judgeNotRisen({
    left: { successes: left[0], failures: left[1] },
    right: { successes: right[0], failures: right[1] },
    leftName: "now",
    rightName: "before",
    margin: 0.05,
    window: null,
  });
  expect(verdict.kind).toBe(kind);
});

describe("facts, counts and times", () => {
  it("know what they do not know", () => {
    expect(judgeFact(null, "not checked").kind).toBe("no_data");
    expect(judgeCount(0, 200, "generations", null)).toMatchObject({ kind: "no_data", more: 200 });
    expect(judgeHeld(null, 1_000, 5_000, "held").kind).toBe("no_data");
  });
  it("turn good at the threshold", () => {
    expect(judgeCount(199, 200, "generations", null)).toMatchObject({ kind: "not_proved_yet", more: 1 });
    expect(judgeCount(200, 200, "generations", null).kind).toBe("proved_good");
    expect(judgeHeld(1_000, 4_001, 5_000, "held").kind).toBe("not_proved_yet");
    expect(judgeHeld(1_000, 4_000, 5_000, "held").kind).toBe("proved_good");
  });
});
