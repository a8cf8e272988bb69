import { describe, expect, it } from "vitest";
import { DIGEST_DEFAULT, digestPlanInput, lastDueDigest, retryAfterMs } from "./digest";
import { formatIsoWeek } from "./iso-week";

const due = (at: string, change: Partial<typeof DIGEST_DEFAULT> = {}) => {
  const { week, dueAtMs } = lastDueDigest({ ...DIGEST_DEFAULT, ...change }, Date.parse(at));
  return [formatIsoWeek(week), new Date(dueAtMs).toISOString()];
};

describe("the weekly digest", () => {
  it.each([
    // Monday 23 November 2026, 9:00: of the week that ended the night before.
    ["2026-11-23T09:00:00Z", {}, "2026-W47", "2026-11-23T09:00:00.000Z"],
    ["2026-11-23T08:59:59Z", {}, "2026-W46", "2026-11-16T09:00:00.000Z"],
    ["2026-11-29T23:00:00Z", {}, "2026-W47", "2026-11-23T09:00:00.000Z"],
    ["2026-11-29T23:00:00Z", { weekday: 5, hour: 17 }, "2026-W47", "2026-11-27T17:00:00.000Z"],
    ["2026-11-23T08:00:00Z", { timeZone: "Europe/Berlin" }, "2026-W47", "2026-11-23T08:00:00.000Z"],
    // Sunday 29 March 2026, 2:00 does not exist in Berlin; on 25 October 2:00 comes twice, and the first one counts.
    [
      "2026-03-29T12:00:00Z",
      { weekday: 7, hour: 2, timeZone: "Europe/Berlin" },
      "2026-W12",
      "2026-03-29T01:00:00.000Z",
    ],
    [
      "2026-10-25T12:00:00Z",
      { weekday: 7, hour: 2, timeZone: "Europe/Berlin" },
      "2026-W42",
      "2026-10-25T00:00:00.000Z",
    ],
    [
      "2026-10-25T12:00:00Z",
      { weekday: 7, hour: 9, timeZone: "Europe/Berlin" },
      "2026-W42",
      "2026-10-25T08:00:00.000Z",
    ],
  ])("due last at %s with %o is that of %s", (at, change, week, dueAt) => {
    expect(due(at, change)).toEqual([week, dueAt]);
  });

  it("is refused zones and addresses that do not exist", () => {
    const parsed = digestPlanInput.safeParse({
      ...DIGEST_DEFAULT,
      timeZone: "Mars/Olympus",
      emails: ["mira"],
      hour: 24,
    });
    expect(parsed.error?.issues.map(({ path }) => path.join("."))).toEqual(["hour", "timeZone", "emails.0"]);
  });

  it("waits longer after each try that failed, up to six hours", () => {
    expect([1, 2, 3, 8, 20].map(retryAfterMs)).toEqual([60_000, 120_000, 240_000, 7_680_000, 21_600_000]);
  });
});
