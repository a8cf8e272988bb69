import { describe, expect, it } from "vitest";
import { KillPlanner, partOf, readDebugPoints } from "./kill-plan";
import { Random } from "./random";

const points = readDebugPoints("server/engine/debug-points.ts");

describe("the plan of kills", () => {
  it("knows at least thirty points, some of them of each part", () => {
    expect(points.length).toBeGreaterThanOrEqual(30);
    expect(points.filter((point) => partOf(point) === "gateway").length).toBeGreaterThanOrEqual(3);
    expect(points).toContain("submit.sent");
  });

  it("gives every point a turn before any has a third", () => {
    const planner = new KillPlanner(points, new Random(3), 0);
    const armed = new Map<string, number>();
    const workers = points.filter((point) => partOf(point) === "worker");
    while (workers.some((point) => !armed.has(point))) {
      const plan = planner.next("worker");
      if (plan.kind !== "point") continue;
      armed.set(plan.name, (armed.get(plan.name) ?? 0) + 1);
      planner.recordHit(plan.name);
      expect(armed.get(plan.name)).toBeLessThan(3);
    }
  });

  it("is the same for the same seed", () => {
    const plans = (seed: number) => {
      const planner = new KillPlanner(points, new Random(seed), 0.1);
      return Array.from({ length: 50 }, () => planner.next("worker"));
    };
    expect(plans(5)).toEqual(plans(5));
    expect(plans(5)).not.toEqual(plans(6));
  });

  it("arms nothing but the chosen points when told so", () => {
    const planner = new KillPlanner(["submit.sent"], new Random(2), 0, false);
    const plans = Array.from({ length: 50 }, () => planner.next("worker"));
    expect(new Set(plans.map((plan) => plan.kind === "point" && plan.name))).toEqual(new Set(["submit.sent"]));
    expect(planner.hasPoints("gateway")).toBe(false);
  });

  it("never stops a gateway in its tracks", () => {
    const planner = new KillPlanner(points, new Random(1), 1);
    const kinds = Array.from({ length: 200 }, () => planner.next("gateway").kind);
    expect(kinds).not.toContain("pause");
    expect(planner.next("worker").kind).toBe("pause");
  });
});
