import { describe, expect, it } from "vitest";
import { checkImportedRow, checkReportedRow } from "./history-row";

const NOW = Date.UTC(2026, 10, 25, 12);
const row = {
  id: "a-1",
  provider: "runpod",
  operation: "txt2img",
  state: "succeeded",
  createdAt: "2026-11-25T10:00:00Z",
  latencyMs: 4_200,
};
const rulesOf = (change: object) => {
  const checked = checkReportedRow({ ...row, ...change }, NOW);
  return Array.isArray(checked) ? checked.map(({ field, rule }) => `${field} ${rule}`) : checked;
};

describe("a row of history", () => {
  it("says unknown where it says nothing, and never 0", () => {
    expect(checkReportedRow({ ...row, latencyMs: undefined }, NOW)).toMatchObject({
      provider: "comfyui",
      latencyMs: null,
      delayMs: null,
      executionMs: null,
      coldClass: "unknown",
      images: null,
      costMicros: null,
      stickyKey: null,
    });
  });

  it("takes latency or the end, as either gives the other", () => {
    const createdAtMs = Date.UTC(2026, 10, 25, 10);
    const expected = { createdAtMs, finishedAtMs: createdAtMs + 4_200, latencyMs: 4_200 };
    expect(checkReportedRow(row, NOW)).toMatchObject(expected);
    expect(checkReportedRow({ ...row, latencyMs: null, finishedAt: "2026-11-25T12:00:04.2+02:00" }, NOW)).toMatchObject(
      expected,
    );
  });

  it.each([
    [{ latencyMs: -1 }, "latencyMs must not be negative"],
    [{ latencyMs: 4.5 }, "latencyMs must be a whole number of milliseconds"],
    [{ latencyMs: 86_400_001 }, "latencyMs must be at most 86400000 (a day): is it in milliseconds?"],
    [{ createdAt: NOW + 300_001 }, "createdAt must not be more than 5 minutes in the future"],
    [{ createdAt: NOW / 1000 }, "createdAt must not be before 2010: is it in milliseconds?"],
    [{ createdAt: "yesterday" }, "createdAt must be a time such as 2026-11-25T21:30:00Z, or milliseconds since 1970"],
    [{ finishedAt: NOW }, "finishedAt excludes latencyMs: give one of them"],
    [{ latencyMs: null, finishedAt: "2026-11-25T09:59:59Z" }, "finishedAt must not be before createdAt"],
    [{ latencyMs: null, finishedAt: NOW + 300_001 }, "finishedAt must not be more than 5 minutes in the future"],
    [{ provider: "midjourney" }, "provider must be one of scenario, comfyui, runpod"],
    [{ costMicros: 0.5 }, "costMicros must be a whole number of micro-dollars (millionths of a US dollar)"],
    [{ costMicros: -1 }, "costMicros must not be negative"],
    [{ images: 0 }, "images must be at least 1 where the state is succeeded"],
    [{ failureMode: "timeout" }, "failureMode is only for the state failed"],
    [{ state: "censored" }, "state must be one of succeeded, failed, cancelled"],
    [{ width: 512 }, "height must be given when the other side is"],
    [{ prompt: "a\u0000b" }, "prompt must be valid Unicode without NUL"],
    [{ latency: 4 }, "latency is not a known field"],
    [{ id: "" }, "id must not be empty"],
  ])("with %j is refused by name", (change, rule) => {
    expect(rulesOf(change)).toEqual([rule]);
  });

  it("is told all that is wrong with it at once, within fields and between them", () => {
    const change = {
      operation: "video",
      createdAt: NOW + 400_000,
      finishedAt: NOW,
      latencyMs: null,
      failureMode: "timeout",
      width: 512,
    };
    expect(rulesOf(change)).toEqual([
      expect.stringMatching(/^operation must be one of/),
      "createdAt must not be more than 5 minutes in the future",
      "finishedAt must not be before createdAt",
      "failureMode is only for the state failed",
      "height must be given when the other side is",
    ]);
    // What cannot be read contradicts nothing.
    expect(
      rulesOf({ state: "done", createdAt: "yesterday", finishedAt: 5, latencyMs: null, images: 0, width: -1 }),
    ).toEqual([
      expect.stringMatching(/^state must be one of/),
      expect.stringMatching(/^createdAt must be a time/),
      expect.stringMatching(/^width must be at least 1/),
    ]);
  });

  it("that is no row at all is refused as one", () => {
    for (const value of [null, "x", 7, []]) expect(checkReportedRow(value, NOW)).toMatchObject([{ field: "row" }]);
  });

  it("that was cut off before its end has no latency, no pictures and no start to judge", () => {
    expect(checkImportedRow({ ...row, state: "censored", images: 4 }, NOW)).toMatchObject({
      state: "censored",
      latencyMs: null,
      images: 0,
      coldClass: null,
    });
  });
});
