import { describe, expect, it } from "vitest";
import { fixedWindow, metricsInput, parseInstant, shifted, type TimeView } from "./time-view";

const NOW = Date.UTC(2026, 10, 25, 12, 34, 56);
const HOUR = 3_600_000;
const view: TimeView = {
  range: "48h",
  from: null,
  to: null,
  cmp: "prev",
  refresh: "10s",
  tz: "local",
  trials: null,
  checklist: false,
  history: false,
};

describe("instants as people type them", () => {
  it.each([
    ["now", NOW],
    ["now-6h", NOW - 6 * HOUR],
    [" NOW - 90 min ", NOW - 1.5 * HOUR],
    ["now-2d", NOW - 48 * HOUR],
    ["2026-11-25T10:00:00Z", Date.UTC(2026, 10, 25, 10)],
    ["yesterday", null],
    ["", null],
  ])("%j", (text, expected) => expect(parseInstant(text, NOW)).toBe(expected));
});

describe("the window", () => {
  it("is asked for in whole buckets, so the same question holds until the next one begins", () => {
    const first = metricsInput("production", view, NOW);
    expect(first).toMatchObject({
      environment: "production",
      fromMs: Date.UTC(2026, 10, 23, 12, 30),
      toMs: Date.UTC(2026, 10, 25, 13),
      populations: ["callers"],
    });
    expect(metricsInput("production", view, NOW + 20 * 60_000)).toEqual(first);
    expect(metricsInput("production", view, NOW + 26 * 60_000)).not.toEqual(first);
  });

  it("counts trials in the sandbox or when asked, the checklist and history only when asked", () => {
    expect(metricsInput("sandbox", view, NOW).populations).toEqual(["callers", "trials"]);
    expect(metricsInput("sandbox", { ...view, trials: false }, NOW).populations).toEqual(["callers"]);
    const all = metricsInput("production", { ...view, trials: true, history: true }, NOW).populations;
    expect(all).toEqual(["callers", "trials", "reports", "imports"]);
    const runs = metricsInput("sandbox", { ...view, checklist: true }, NOW).populations;
    expect(runs).toEqual(["callers", "trials", "checklist"]);
  });

  it("falls back to the range where its ends are none", () => {
    expect(fixedWindow({ from: 5, to: null })).toBeNull();
    expect(fixedWindow({ from: 500, to: 500 })).toBeNull();
    expect(fixedWindow({ from: 0, to: NOW })).toBeNull();
    expect(fixedWindow({ from: NOW - HOUR, to: NOW })).toEqual({ fromMs: NOW - HOUR, toMs: NOW });
  });

  it("moves by half its length, never past now, and zooms out around its middle", () => {
    const window = { fromMs: NOW - 4 * HOUR, toMs: NOW - 2 * HOUR };
    expect(shifted(window, "back", NOW)).toEqual({ fromMs: NOW - 5 * HOUR, toMs: NOW - 3 * HOUR });
    expect(shifted(window, "out", NOW)).toEqual({ fromMs: NOW - 5 * HOUR, toMs: NOW - HOUR });
    expect(shifted({ fromMs: NOW - HOUR, toMs: NOW }, "forward", NOW).toMs).toBe(NOW);
  });
});
