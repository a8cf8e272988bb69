import { describe, expect, it } from "vitest";
import { STEPS, stepFor } from "./gates";
import { currentStep, nextStep, shareStanding, trackOf } from "./rollout-track";
import type { Phase } from "./vocabulary";

const policy = { stagingEnvironment: "staging" };

describe("stepFor", () => {
  it.each([
    ["production", 0, 100, "gradual_10"],
    ["production", 0, 1_000, "gradual_10"],
    ["production", 1_000, 2_000, "gradual_50"],
    ["production", 0, 5_000, "gradual_50"],
    ["production", 5_000, 5_001, "gradual_100"],
    ["production", 0, 10_000, "gradual_100"],
    ["production", 1_000, 1_000, null],
    ["production", 10_000, 0, null],
    ["staging", 0, 10_000, "canary"],
    ["staging", 10_000, 0, null],
    ["sandbox", 0, 1_000, "gradual_10"],
  ])("in %s from %i to %i: %s", (environment, candidateShareBp, shareBp, step) => {
    expect(stepFor({ environment, candidateShareBp }, shareBp, policy)).toBe(step);
  });
});

describe("the track", () => {
  it.each<[string, number, Phase, string, string | null]>([
    ["production", 0, "validation", "validation", "canary"],
    ["production", 0, "canary", "canary", "gradual_10"],
    ["production", 500, "validation", "gradual_10", "gradual_50"],
    ["production", 1_000, "gradual", "gradual_10", "gradual_50"],
    ["production", 5_000, "gradual", "gradual_50", "gradual_100"],
    ["production", 10_000, "gradual", "gradual_100", "deprecation"],
    ["production", 10_000, "deprecation", "deprecation", null],
    // After a rollback from a gradual step the canary is what was passed last.
    ["production", 0, "gradual", "canary", "gradual_10"],
    ["staging", 0, "validation", "validation", "canary"],
    ["staging", 10_000, "validation", "canary", null],
  ])("%s at %i in %s stands at %s, next %s", (environment, candidateShareBp, phase, current, next) => {
    const revision = { environment, candidateShareBp, phase };
    expect(currentStep(revision, policy)).toBe(current);
    expect(nextStep(revision, policy)).toBe(next);
  });

  it("marks what is done, where it stands or is held, and what comes next", () => {
    const revision = {
      environment: "production",
      number: 7,
      candidateShareBp: 1_000,
      phase: "gradual" as const,
      held: false,
      details: null,
      createdAtMs: 0,
    };
    expect(trackOf(revision, policy).map(({ state }) => state)).toEqual([
      "done",
      "done",
      "current",
      "next",
      "ahead",
      "ahead",
    ]);
    const held = trackOf({ ...revision, candidateShareBp: 0, held: true }, policy);
    expect(held.find(({ state }) => state === "held")?.step).toBe("canary");
    expect(held.map(({ step }) => step)).toEqual([...STEPS]);
  });
});

describe("shareStanding", () => {
  const row = (number: number, candidateShareBp: number, details: Record<string, unknown> | null = null) => ({
    number,
    candidateShareBp,
    details,
  });
  it.each([
    ["no revisions", [], null],
    ["the first one", [row(1, 0)], 1],
    ["a change of share starts it anew", [row(3, 5_000), row(2, 1_000), row(1, 0)], 3],
    ["a resumption or a phase does not", [row(4, 1_000), row(3, 1_000), row(2, 1_000), row(1, 0)], 2],
    [
      "an undone rollback does not",
      [row(4, 1_000, { kind: "undo", of: 3 }), row(3, 0, { kind: "rollback" }), row(2, 1_000), row(1, 0)],
      2,
    ],
    [
      "a rollback that was not undone does",
      [row(4, 1_000, { kind: "share" }), row(3, 0, { kind: "rollback" }), row(2, 1_000), row(1, 0)],
      4,
    ],
    [
      "an undo goes back to what was before, and not further",
      [row(5, 1_000, { kind: "undo", of: 4 }), row(4, 0), row(3, 1_000), row(2, 5_000), row(1, 1_000)],
      3,
    ],
  ])("%s", (_name, revisions, since) => {
    expect(shareStanding(revisions)?.number ?? null).toBe(since);
  });
});
