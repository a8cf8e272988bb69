import { expect, it } from "vitest";
import { parseTimes } from "./keep-warm";

it("reads instants from a CSV with a head, in any order, and takes those without a zone for UTC's", () => {
  const csv = "gmt_create,kind\n2026-11-15 16:57:50,a\n2026-11-15T08:00:00+01:00,b\n\n1794700000000\n";
  expect(parseTimes(csv)).toEqual(
    [Date.UTC(2026, 10, 15, 7), Date.UTC(2026, 10, 15, 16, 57, 50), 1_794_700_000_000].sort(
      (one, other) => one - other,
    ),
  );
});

it.each([
  ["a line that is no instant", "at\n2026-11-15 16:57:50\nyesterday", /line 3 must begin with an instant.*"yesterday"/],
  ["nothing", "at\n", /holds no instant/],
])("refuses %s", (_name, text, rule) => {
  expect(() => parseTimes(text)).toThrow(rule);
});
