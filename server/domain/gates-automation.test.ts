import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { STEP_INFO } from "./gates";
import { decideAutomaticRollback, decidePromotion, type RollbackNumbers } from "./gates-automation";
import { changedPolicy, DEFAULT_POLICY, parsePolicy } from "./gates-policy";
import { changeEvidence } from "./statistics/change-evidence";
import { judgeFact } from "./statistics/judge-fact";

const policy = DEFAULT_POLICY.automation;
const MINUTE = 60_000;
const bad: RollbackNumbers = {
  shareBp: 5_000,
  held: false,
  evidence: 400,
  candidate: { successes: 400, failures: 60 },
  recent: { fromMs: 0, candidate: { successes: 10, failures: 20 }, control: { successes: 30, failures: 0 } },
  controlProblem: null,
};

describe("automatic rollback", () => {
  it("takes back what is proved bad, and says by which numbers", () => {
    const decision = decideAutomaticRollback(bad, policy, null, 0);
    expect(decision.rollBack).toBe(true);
    expect(decision.why).toContain("10 of 30");
    expect(decision.why).toContain("against 30 of 30 at Scenario");
    expect(decision.numbers).toBe(bad);
  });

  it.each<[string, Partial<RollbackNumbers>, string]>([
    ["without traffic at the candidate", { shareBp: 0 }, "no traffic"],
    ["while held", { held: true }, "no traffic"],
    ["on too few outcomes", { candidate: { successes: 9, failures: 20 } }, "30 are needed"],
    ["without proof", { evidence: 19.9 }, "not proved"],
    [
      "when the newest outcomes are good again",
      { recent: { ...bad.recent, candidate: { successes: 30, failures: 0 } } },
      "newest outcomes are not",
    ],
    ["to a control that does not answer", { controlProblem: "refused our key" }, "Scenario refused our key"],
    [
      "to a control that does no better",
      { recent: { ...bad.recent, control: { successes: 3, failures: 27 } } },
      "does no better",
    ],
  ])("does nothing %s", (_name, change, why) => {
    const decision = decideAutomaticRollback({ ...bad, ...change }, policy, null, 0);
    expect(decision.rollBack).toBe(false);
    expect(decision.why).toContain(why);
  });

  it("goes to a control that had no traffic of its own, as at 100 %", () => {
    const recent = { ...bad.recent, control: { successes: 0, failures: 0 } };
    expect(decideAutomaticRollback({ ...bad, recent }, policy, null, 0).rollBack).toBe(true);
  });

  it("can be switched off, and keeps its cool-down", () => {
    expect(decideAutomaticRollback(bad, { ...policy, rollBack: false }, null, 0).rollBack).toBe(false);
    expect(decideAutomaticRollback(bad, policy, 0, 30 * MINUTE - 1).rollBack).toBe(false);
    expect(decideAutomaticRollback(bad, policy, 0, 30 * MINUTE).rollBack).toBe(true);
  });

  it("P10: on any walk of outcomes it never switches twice within a cool-down, and never forward", () => {
    const outcome = fc.record({
      success: fc.boolean(),
      minutes: fc.integer({ min: 0, max: 4 }),
      resumes: fc.boolean(),
      controlFails: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 50, maxLength: 300 }), (walk) => {
        let [nowMs, shareBp] = [0, 5_000];
        let evidence = changeEvidence(0.98);
        let seen: boolean[] = [];
        const switched: number[] = [];
        for (const { success, minutes, resumes, controlFails } of walk) {
          nowMs += minutes * MINUTE;
          // A person who sends traffic there again at once is the worst case for flapping.
          if (shareBp === 0 && resumes) {
            [shareBp, evidence, seen] = [5_000, changeEvidence(0.98), []];
          }
          if (shareBp === 0) continue;
          seen.push(success);
          const value = evidence.add(success);
          const count = (list: boolean[]) => ({
            successes: list.filter(Boolean).length,
            failures: list.filter((entry) => !entry).length,
          });
          const decision = decideAutomaticRollback(
            {
              shareBp,
              held: false,
              evidence: value,
              candidate: count(seen),
              recent: { fromMs: 0, candidate: count(seen.slice(-30)), control: { successes: 0, failures: 0 } },
              controlProblem: controlFails ? "does not answer" : null,
            },
            policy,
            switched.at(-1) ?? null,
            nowMs,
          );
          if (!decision.rollBack) continue;
          expect(shareBp).toBeGreaterThan(0);
          expect(seen.length).toBeGreaterThanOrEqual(policy.minSample);
          expect(controlFails).toBe(false);
          shareBp = 0;
          switched.push(nowMs);
        }
        for (const [index, at] of switched.entries()) {
          const before = switched[index - 1];
          if (before !== undefined) expect(at - before).toBeGreaterThanOrEqual(30 * MINUTE);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("automatic promotion", () => {
  const green = (step: "gradual_50" | "gradual_100") =>
    STEP_INFO[step].gates.map((key) => ({
      key,
      title: key,
      green: true,
      verdict: judgeFact(true, "fine"),
      population: null,
      link: null,
    }));
  const on = { ...policy, promote: true };
  const at10 = { candidateShareBp: 1_000, held: false };

  it("is off unless switched on", () => {
    expect(policy.promote).toBe(false);
    expect(decidePromotion(at10, "gradual_50", green("gradual_50"), policy).toShareBp).toBeNull();
  });
  it("raises to the next step when every gate is green", () => {
    expect(decidePromotion(at10, "gradual_50", green("gradual_50"), on)).toMatchObject({ toShareBp: 5_000 });
  });
  it("stays with one red gate, without judgements, while held, from 0 %, and at the end", () => {
    const red = green("gradual_50").map((gate, index) => (index === 3 ? { ...gate, green: false } : gate));
    expect(decidePromotion(at10, "gradual_50", red, on).toShareBp).toBeNull();
    expect(decidePromotion(at10, "gradual_50", [], on).toShareBp).toBeNull();
    expect(decidePromotion({ ...at10, held: true }, "gradual_50", green("gradual_50"), on).toShareBp).toBeNull();
    expect(decidePromotion({ candidateShareBp: 0, held: false }, "gradual_10", [], on).toShareBp).toBeNull();
    expect(decidePromotion({ candidateShareBp: 10_000, held: false }, "deprecation", [], on).toShareBp).toBeNull();
    expect(decidePromotion(at10, null, [], on).toShareBp).toBeNull();
  });
});

describe("policy", () => {
  it("has the plan's numbers where nothing is set", () => {
    expect(parsePolicy(null)).toEqual(DEFAULT_POLICY);
    expect(DEFAULT_POLICY.gates).toMatchObject({
      successMinBp: 9_800,
      errorMaxBp: 200,
      latencyMsP95Warm: 10_000,
      holdHours: 24,
      stepGenerations: 200,
      canaryGenerations: 20,
    });
  });
  it("changes single keys, takes null for the default, keeps others' parts, and refuses what is out of bounds", () => {
    const stored = changedPolicy({ alerts: { on: true } }, { gates: { holdHours: 2 } });
    expect(stored).toEqual({ alerts: { on: true }, gates: { holdHours: 2 } });
    expect(parsePolicy(stored).gates.holdHours).toBe(2);
    expect(parsePolicy(changedPolicy(stored, { gates: { holdHours: null } })).gates.holdHours).toBe(24);
    expect(() => changedPolicy(stored, { gates: { holdHours: -1 } })).toThrow();
    expect(() => changedPolicy(stored, { gates: { nonsense: 1 } })).toThrow(/nonsense/);
  });
});
