import { describe, expect, it } from "vitest";
import { type PostRolloutFacts, postRollout, removalConditions } from "./post-rollout";

const DAY = 86_400_000;
// A Wednesday, 23:30 in Berlin: still the 4th there, so the plan's week 1 is 4 to 10 November.
const startedAtMs = Date.UTC(2026, 10, 4, 22, 30);
const facts = (days: number, more: Partial<PostRolloutFacts> = {}): PostRolloutFacts => ({
  startedAtMs,
  looks: [],
  signedWeeks: [],
  isRemoved: false,
  timeZone: "Europe/Berlin",
  nowMs: startedAtMs + days * DAY,
  ...more,
});

describe("the plan after the rollout", () => {
  it("begins when all traffic is at the candidate", () => {
    const { stages, next } = postRollout(facts(0, { startedAtMs: null }));
    expect(stages.map(({ state }) => state)).toEqual(["ahead", "ahead", "ahead"]);
    expect(next).toEqual({ what: "reach_all_traffic", on: null });
  });

  it("wants a look a day in week 1, by the zone's days", () => {
    const looks = [{ date: "2026-11-04", by: "Mira" }];
    const { days, next, stages } = postRollout(facts(2, { looks }));
    expect(days.map(({ state }) => state)).toEqual(["done", "missed", "due", "ahead", "ahead", "ahead", "ahead"]);
    expect(next).toEqual({ what: "daily_look", on: "2026-11-06" });
    expect(stages.map(({ state }) => state)).toEqual(["current", "ahead", "ahead"]);
  });

  it("wants a signed review a week in weeks 2 to 4, also late", () => {
    const signedWeeks = [{ week: "2026-W46", by: "Mira" }];
    const { weeks, next, stages } = postRollout(facts(20, { signedWeeks }));
    expect(weeks).toEqual([
      { on: "2026-W46", state: "done", by: "Mira" },
      { on: "2026-W47", state: "due", by: null },
      { on: "2026-W48", state: "ahead", by: null },
    ]);
    expect(next).toEqual({ what: "weekly_review", on: "2026-W47" });
    expect(stages.map(({ state }) => state)).toEqual(["over", "current", "ahead"]);
    expect(postRollout(facts(40, { signedWeeks })).weeks[1]).toMatchObject({ state: "missed" });
  });

  it("ends with the removal of the control", () => {
    const signedWeeks = ["2026-W46", "2026-W47", "2026-W48"].map((week) => ({ week, by: "Mira" }));
    expect(postRollout(facts(40, { signedWeeks })).next).toEqual({ what: "removal", on: null });
    expect(postRollout(facts(40, { signedWeeks, isRemoved: true })).next).toBeNull();
  });
});

it("celebrates only when the control is gone and the savings are proved", () => {
  const all = {
    shareBp: 10_000,
    soakDays: 7,
    heldDays: 40,
    controlUses: 0,
    missingVariables: ["SCENARIO_API_KEY"],
    proof: { week: "2026-W47", savingsLowMicros: 1 },
  };
  const unmet = (change: Partial<typeof all>) =>
    removalConditions({ ...all, ...change }).flatMap(({ key, isMet }) => (isMet ? [] : [key]));
  expect(unmet({})).toEqual([]);
  expect(unmet({ shareBp: 9_900 })).toEqual(["all_traffic", "unused"]);
  expect(unmet({ controlUses: 1 })).toEqual(["unused"]);
  expect(unmet({ heldDays: 6 })).toEqual(["unused"]);
  expect(unmet({ missingVariables: [] })).toEqual(["credentials"]);
  // Savings whose interval touches nothing are not proved.
  expect(unmet({ proof: { week: "2026-W47", savingsLowMicros: 0 } })).toEqual(["savings"]);
});
