import { describe, expect, it } from "vitest";
import {
  formatAge,
  formatBytes,
  formatCount,
  formatDayTime,
  formatDuration,
  formatLatency,
  formatMoney,
  formatPart,
  formatRate,
  formatShareBp,
  formatTime,
  formatTotal,
  shortId,
} from "./format";

const NARROW = "\u202f";

describe("formatLatency", () => {
  it.each([
    [0, `0.0${NARROW}s`],
    [6_100, `6.1${NARROW}s`],
    [9_940, `9.9${NARROW}s`],
    // Rounding must not give the four signs of "10.0".
    [9_960, `10${NARROW}s`],
    [45_400, `45${NARROW}s`],
    [120_000, `120${NARROW}s`],
    [-5, `0.0${NARROW}s`],
  ])("writes %d ms as %s", (ms, text) => expect(formatLatency(ms)).toBe(text));
  it("shows the unknown as a dash, never as zero", () => {
    expect(formatLatency(null)).toBe("–");
    expect(formatPart(undefined)).toBe("–");
    expect(formatRate(null)).toBe("–");
    expect(formatMoney(null)).toBe("–");
    expect(formatTotal(null)).toBe("–");
  });
});

describe("formatPart", () => {
  it.each([
    [38, `38${NARROW}ms`],
    [1_000, `1.0${NARROW}s`],
  ])("writes %d ms as %s", (ms, text) => expect(formatPart(ms)).toBe(text));
});

describe("formatDuration", () => {
  it.each([
    [4_900, `4${NARROW}s`],
    [60_000, `1${NARROW}min`],
    [184_000, `3${NARROW}min 4${NARROW}s`],
    [11_520_000, `3${NARROW}h 12${NARROW}min`],
    [90_000_000, `1${NARROW}d 1${NARROW}h`],
    [-1, `0${NARROW}s`],
  ])("writes %d ms as %s", (ms, text) => expect(formatDuration(ms)).toBe(text));
  it("says how long ago", () => expect(formatAge(1_000, 5_000)).toBe(`4${NARROW}s ago`));
});

describe("formatRate", () => {
  it.each([
    [0, "0%"],
    [0.064, "6.4%"],
    [0.987, "98.7%"],
    [0.9927, "99.27%"],
    [1, "100%"],
    // A single failure among many is not a perfect record.
    [0.99999, "99.99%"],
  ])("writes %d as %s", (rate, text) => expect(formatRate(rate)).toBe(text));
});

describe("money, counts and sizes", () => {
  it.each([
    [4_300, "$0.0043"],
    [71_000, "$0.071"],
    [28_400_000, "$28.40"],
  ])("writes %d micros as %s", (micros, text) => expect(formatMoney(micros)).toBe(text));
  it.each([
    [4_300, "$0.00"],
    [28_400_000, "$28.40"],
    [-4_100_000, "−$4.10"],
    [12_345_000_000, "$12,345"],
  ])("writes the total of %d micros as %s", (micros, text) => expect(formatTotal(micros)).toBe(text));
  it.each([
    [1_284, "1,284"],
    [12_400, "12.4k"],
    [999_960, "1M"],
  ])("writes the count %d as %s", (count, text) => expect(formatCount(count)).toBe(text));
  it.each([
    [1_000, "10%"],
    [1_250, "12.5%"],
    [10_000, "100%"],
  ])("writes %d basis points as %s", (bp, text) => expect(formatShareBp(bp)).toBe(text));
  it("writes sizes in the unit people know", () => {
    expect(formatBytes(900)).toBe(`900${NARROW}B`);
    expect(formatBytes(7 * 1024 * 1024)).toBe(`7.0${NARROW}MB`);
  });
});

describe("times", () => {
  const AT = Date.UTC(2026, 10, 25, 16, 0, 4);
  it("uses 24 hours and names the zone", () => expect(formatTime(AT, "Europe/Berlin")).toBe("Wed 17:00:04 CET"));
  it("writes the day where the zone is known", () => expect(formatDayTime(AT, "UTC")).toBe("25 Nov 16:00:04"));
});

it("shortens ids to the parts that differ", () => {
  expect(shortId("0198f0aa-1111-7222-8333-444455556666")).toBe("0198…556666");
});
