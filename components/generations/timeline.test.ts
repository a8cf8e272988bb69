import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeAttempt, makeDetail } from "./test-data";
import { latencySplit, timelineOf } from "./timeline";

const total = (parts: { fromMs: number; toMs: number }[]) =>
  parts.reduce((sum, part) => sum + part.toMs - part.fromMs, 0);

describe("timelineOf", () => {
  it("splits a warm generation into waits, run and storing", () => {
    const timeline = timelineOf(makeDetail(), 0);
    expect(timeline.lanes[0]?.parts.map((part) => [part.kind, part.toMs - part.fromMs])).toEqual([
      ["wait", 100],
      ["delay", 2_000],
      ["execution", 3_000],
      ["fetch", 400],
      ["store", 500],
    ]);
  });

  it("shows the worker's start at the end of the delay", () => {
    const timeline = timelineOf(makeDetail({ attempts: [makeAttempt({ startUpMs: 1_500 })] }), 0);
    expect(timeline.lanes[0]?.parts.slice(0, 3).map((part) => [part.kind, part.toMs - part.fromMs])).toEqual([
      ["wait", 100],
      ["delay", 500],
      ["cold", 1_500],
    ]);
  });

  // Regression: the start as seen at a late poll cut the execution short.
  it("trusts the provider's delay over the moment when we saw the start", () => {
    const timeline = timelineOf(
      makeDetail({ attempts: [makeAttempt({ startedAtMs: makeDetail().createdAtMs + 4_900 })] }),
      0,
    );
    expect(timeline.lanes[0]?.parts.find((part) => part.kind === "execution")).toMatchObject({
      fromMs: makeDetail().createdAtMs + 2_100,
      toMs: makeDetail().createdAtMs + 5_100,
    });
  });

  it("falls back to what we saw when the provider's times do not fit into ours", () => {
    const timeline = timelineOf(makeDetail({ attempts: [makeAttempt({ delayMs: 45_000, executionMs: 30_000 })] }), 0);
    expect(timeline.lanes[0]?.parts.find((part) => part.kind === "execution")).toMatchObject({
      fromMs: makeDetail().createdAtMs + 2_100,
      toMs: makeDetail().createdAtMs + 5_500,
    });
  });

  it("shows the run at the end when the provider's times do not fit and no poll saw it run", () => {
    const attempts = [makeAttempt({ delayMs: 45_000, executionMs: 1_000, startedAtMs: null })];
    expect(timelineOf(makeDetail({ attempts }), 0).lanes[0]?.parts.slice(-2)).toEqual([
      { kind: "execution", fromMs: makeDetail().createdAtMs + 4_500, toMs: makeDetail().createdAtMs + 5_500 },
      { kind: "store", fromMs: makeDetail().createdAtMs + 5_500, toMs: makeDetail().createdAtMs + 6_000 },
    ]);
  });

  it("lets an open generation grow with the clock", () => {
    const open = makeDetail({
      state: "running",
      latencyMs: null,
      finishedAtMs: null,
      attempts: [makeAttempt({ storeMs: null, executionMs: null, finishedAtMs: null })],
    });
    const parts = timelineOf(open, open.createdAtMs + 9_000).lanes[0]?.parts ?? [];
    expect(parts.at(-1)).toMatchObject({ kind: "execution", toMs: open.createdAtMs + 9_000 });
  });

  it("sums to the latency whatever the providers' clocks say, with no part negative or overlapping", () => {
    const ms = fc.option(fc.integer({ min: -20_000, max: 120_000 }), { nil: null });
    fc.assert(
      fc.property(ms, ms, ms, ms, ms, fc.nat(60_000), (submitted, started, delay, execution, store, latency) => {
        const base = makeDetail({ latencyMs: latency });
        const at = (offset: number | null) => (offset === null ? null : base.createdAtMs + offset);
        const attempt = makeAttempt({
          submittedAtMs: at(submitted),
          startedAtMs: at(started),
          delayMs: delay,
          executionMs: execution,
          storeMs: store,
          startUpMs: delay,
        });
        const parts = timelineOf({ ...base, attempts: [makeAttempt({ number: 1 }), attempt] }, 0).lanes[1]?.parts ?? [];
        expect(total(parts)).toBe(latency);
        for (const [index, part] of parts.entries()) {
          expect(part.toMs).toBeGreaterThan(part.fromMs);
          expect(part.fromMs).toBe(parts[index - 1]?.toMs ?? base.createdAtMs);
        }
      }),
    );
  });
});

describe("latencySplit", () => {
  it("shows what no part explains as such", () =>
    expect(latencySplit(makeDetail())).toEqual([
      { kind: "other", ms: 500 },
      { kind: "delay", ms: 2_000 },
      { kind: "execution", ms: 3_000 },
      { kind: "store", ms: 500 },
    ]));
  it("calls a cold generation's delay its cold start", () =>
    expect(latencySplit(makeDetail({ coldStart: true }))?.[1]).toEqual({ kind: "cold", ms: 2_000 }));
  it("never sums to more than the latency", () =>
    expect(latencySplit(makeDetail({ latencyMs: 3_200 }))?.reduce((sum, part) => sum + part.ms, 0)).toBe(3_200));
  it("is null without a latency", () => expect(latencySplit(makeDetail({ latencyMs: null }))).toBeNull());
});
