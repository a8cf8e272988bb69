import { describe, expect, it } from "vitest";
import { type Overview, type ProviderNumbers, tilesOf } from "./tiles";

function numbers(provider: ProviderNumbers["provider"], changes: Partial<ProviderNumbers> = {}): ProviderNumbers {
  const latency = { n: 0, latencyMsP50: null, latencyMsP95: null, latencyMsP99: null };
  return {
    provider,
    generations: 0,
    open: 0,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    successRate: null,
    failures: [],
    attempts: 0,
    attemptsFailed: 0,
    latency,
    latencyWarm: latency,
    coldCount: 0,
    coldKnown: 0,
    costMicros: 0,
    baselineMicros: 0,
    savingsMicros: 0,
    priced: 0,
    ...changes,
  };
}

function overview(scenario: Partial<ProviderNumbers>, comfyui: Partial<ProviderNumbers>): Overview {
  return {
    environment: "sandbox",
    fromMs: 0,
    toMs: 1,
    sources: ["api"],
    revision: null,
    revisions: [],
    audit: [],
    providers: [numbers("scenario", scenario), numbers("comfyui", comfyui)],
    requestsPerHour: [],
  };
}

const tile = (key: string, current: Overview, previous?: Overview) =>
  tilesOf(current, previous).find((entry) => entry.key === key);

describe("success rate", () => {
  it.each([
    [985, "ok"],
    [970, "watch"],
    [980, "watch"],
    [950, "watch"],
    [949, "breach"],
  ])("with %d of 1000 is %s", (succeeded, state) => {
    expect(tile("success", overview({ succeeded, failed: 1000 - succeeded }, {}))?.state).toBe(state);
  });
  it("counts both providers", () => {
    expect(tile("success", overview({ succeeded: 60 }, { succeeded: 30, failed: 10 }))).toMatchObject({
      value: "90.0",
      n: 100,
    });
  });
  it("says so when there are too few to tell", () => {
    expect(tile("success", overview({ succeeded: 12 }, {}))).toMatchObject({
      state: "unknown",
      value: null,
      note: "n = 12, too few",
    });
  });
});

describe("p95 of warm generations", () => {
  const at = (latencyMsP95: number, n = 100) =>
    tile("p95", overview({}, { latencyWarm: { n, latencyMsP50: 1, latencyMsP95, latencyMsP99: null } }));
  it.each([
    [9_999, "ok"],
    [10_000, "watch"],
    [15_001, "breach"],
  ])("of %d ms is %s", (ms, state) => expect(at(ms)?.state).toBe(state));
  it("is not shown for 19", () => expect(at(5_000, 19)?.value).toBeNull());
});

describe("cold starts", () => {
  const cold = (coldCount: number) => overview({}, { coldCount, coldKnown: 100 });
  it("are watched when there are more than before", () => {
    expect(tile("cold", cold(7), cold(6))?.state).toBe("watch");
    expect(tile("cold", cold(6), cold(6))?.state).toBe("ok");
  });
});

describe("money", () => {
  it("watches a candidate that costs more than the control", () => {
    const priced = { succeeded: 10, priced: 10 };
    expect(tile("cost", overview({ ...priced, costMicros: 750_000 }, { ...priced, costMicros: 43_000 }))).toMatchObject(
      {
        state: "ok",
        value: "$0.0043",
      },
    );
    expect(tile("cost", overview({ ...priced, costMicros: 10_000 }, { ...priced, costMicros: 43_000 }))?.state).toBe(
      "watch",
    );
  });
  it("calls a loss a breach", () => {
    expect(tile("savings", overview({}, { priced: 3, savingsMicros: -4_100_000 }))).toMatchObject({
      state: "breach",
      value: "−$4.10",
    });
  });
  it("knows nothing without a priced generation", () => {
    expect(tile("savings", overview({}, {}))).toMatchObject({ state: "unknown", value: null });
  });
});
