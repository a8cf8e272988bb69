import { describe, expect, it } from "vitest";
import { ScaledClock, VirtualClock } from "./clock";

describe("VirtualClock", () => {
  it("runs what is due in order of time, then of planning, and not what was cancelled", () => {
    const clock = new VirtualClock(0);
    const seen: string[] = [];
    clock.after(20, () => seen.push("late"));
    clock.after(10, () => seen.push("first"));
    clock.after(10, () => seen.push("second"));
    clock.after(15, () => seen.push("never")).cancel();
    clock.advance(15);
    expect(seen).toEqual(["first", "second"]);
    clock.advance(10);
    expect(seen).toEqual(["first", "second", "late"]);
    expect(clock.now()).toBe(25);
  });

  it("keeps the order through many waits of which most are cancelled", () => {
    const clock = new VirtualClock(0);
    const seen: number[] = [];
    for (let index = 0; index < 5_000; index += 1) {
      const at = (index * 7_919) % 5_000;
      const timer = clock.after(at, () => seen.push(at));
      if (at % 3 !== 0) timer.cancel();
    }
    clock.runAll();
    expect(seen).toEqual(seen.slice().sort((a, b) => a - b));
    expect(seen).toHaveLength(1_667);
  });
});

it("ScaledClock lets sandbox time pass by its factor", async () => {
  const clock = new ScaledClock(1_000);
  const start = clock.now();
  const at = await new Promise<number>((resolve) => clock.after(30_000, () => resolve(clock.now())));
  expect(at - start).toBeGreaterThanOrEqual(30_000);
  clock.stop();
  expect(() => new ScaledClock(0)).toThrow(/clockFactor/);
});
