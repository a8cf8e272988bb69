import { describe, expect, it } from "vitest";
import { numberOrText, parseDate, parseSize, parseSpan, parseWhole, parseWords } from "./parse";

describe("parse", () => {
  it.each([
    ["512x768", { width: 512, height: 768 }],
    ["512×768", { width: 512, height: 768 }],
    [" 1024X1024 ", { width: 1024, height: 1024 }],
  ])("reads the size %s", (text, size) => expect(parseSize(text)).toEqual(size));

  it.each(["512", "512x", "ax b", "-1x5", "1e3x5", "100000000x1", ""])("refuses the size %j", (text) => {
    expect(() => parseSize(text)).toThrow(/--size must be WIDTHxHEIGHT/);
  });

  it.each([
    ["90s", 90_000],
    ["30m", 1_800_000],
    ["24h", 86_400_000],
    ["7d", 604_800_000],
  ])("reads the span %s", (text, ms) => expect(parseSpan("--since", text)).toBe(ms));

  it.each(["24", "h", "0h", "-1h", "1w", "1.5h", ""])("refuses the span %j", (text) => {
    expect(() => parseSpan("--since", text)).toThrow(/--since must be a span/);
  });

  it.each([
    ["2026-12-01", Date.UTC(2026, 11, 1)],
    ["2026-12-01T08:00Z", Date.UTC(2026, 11, 1, 8)],
    ["2026-12-01T00:00:00+02:00", Date.UTC(2026, 10, 30, 22)],
  ])("reads the date %s", (text, ms) => expect(parseDate("--from", text)).toBe(ms));

  it.each(["2026-02-30", "2026-13-01", "2026-12-01T08:00", "1 December", "1764547200000", ""])(
    "refuses the date %j",
    (text) => {
      expect(() => parseDate("--from", text)).toThrow(/--from must be a date such as/);
    },
  );

  it("leaves to the schema what is no number", () => {
    expect([
      numberOrText("7"),
      numberOrText("-0.5"),
      numberOrText("1e9"),
      numberOrText("abc"),
      numberOrText(""),
    ]).toEqual([7, -0.5, "1e9", "abc", ""]);
  });

  it("names the option, the words that are allowed and the one that is not", () => {
    expect(parseWords("--state", "failed, queued", ["queued", "failed"])).toEqual(["failed", "queued"]);
    expect(() => parseWords("--state", "failed,gone", ["queued", "failed"])).toThrow(
      '--state must be of queued, failed, not "gone"',
    );
    expect(() => parseWhole("--limit", "201", 1, 200)).toThrow(
      '--limit must be a whole number from 1 to 200, not "201"',
    );
  });
});
