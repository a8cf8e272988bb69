import { describe, expect, it } from "vitest";
import { type FleetLook, type FleetSettings, fleetTime, isAtRest, toFleetLook } from "./fleet-time";

const EVERY_MS = 15_000;
const settings: FleetSettings = { idleTimeoutMs: 5_000, workersMin: 0 };

/** Paid and standing seconds between looks at one worker, by the states that it was listed in; null: not listed. */
function seconds(states: (string | null)[], changes: Partial<FleetSettings> = {}) {
  let look: FleetLook | null = null;
  let [paidMs, standingMs] = [0, 0];
  states.forEach((state, index) => {
    const next: FleetLook = toFleetLook(look, state === null ? [] : [{ id: "w", state }], index * EVERY_MS);
    const time = look === null ? null : fleetTime(look, next, { ...settings, ...changes });
    paidMs += time?.paidMs ?? 0;
    standingMs += time?.standingMs ?? 0;
    look = next;
  });
  return [paidMs / 1000, standingMs / 1000];
}

describe("paid worker time", () => {
  it.each<[string, (string | null)[], Partial<FleetSettings>, [number, number]]>([
    ["starts and works", ["initializing", "initializing", "running", null], {}, [45.5, 0]],
    ["is in its time-out when it is gone at the next look", ["running", "idle", null, null], {}, [30.5, 0]],
    ["works again within its time-out", ["running", "idle", "running", null], {}, [45.5, 0]],
    ["sleeps, which costs nothing", ["running", "idle", "idle", "idle", "idle"], {}, [15, 0]],
    ["waits a longer time-out", ["running", "idle", "idle", "idle", null], { idleTimeoutMs: 60_000 }, [60.5, 0]],
    ["is kept by the minimum", ["running", "idle", "idle", "idle", "idle"], { workersMin: 1 }, [15, 45]],
    ["was asleep when we first looked", ["idle", "idle", null], {}, [0, 0]],
    ["was kept when we first looked", ["idle", "idle", null], { workersMin: 2 }, [0, 30]],
    ["has no machine, or a sick one", ["throttled", "unhealthy", "throttled"], { workersMin: 1 }, [0, 0]],
  ])("of one that %s", (_name, states, changes, expected) => {
    expect(seconds(states, changes)).toEqual(expected);
  });

  it("knows of work between two looks by the jobs that ended, and of a start by what was not listed", () => {
    const idle = [{ id: "w", state: "idle" }];
    const first = toFleetLook(null, idle, 0);
    const long = { idleTimeoutMs: 60_000, workersMin: 0 };
    const second = toFleetLook(first, idle, 100_000, new Map([["w", 90_000]]));
    expect(second.workers).toEqual([{ id: "w", isIdle: true, activeAtMs: 90_000 }]);
    expect(fleetTime(second, toFleetLook(second, idle, 115_000), long)).toEqual({ paidMs: 15_000, standingMs: 0 });
    const started = toFleetLook({ atMs: 0, workers: [] }, idle, 15_000);
    expect(fleetTime(started, { atMs: 30_000, workers: [] }, settings)).toEqual({ paidMs: 15_500, standingMs: 0 });
  });

  it("is at rest only when no time-out can be running any more", () => {
    const at = (silentMs: number | null, isIdle = true) => ({
      atMs: 1_000_000,
      workers: [{ id: "w", isIdle, activeAtMs: silentMs === null ? null : 1_000_000 - silentMs }],
    });
    expect([at(null), at(126_000), { atMs: 0, workers: [] }].map((look) => isAtRest(look, 5_000))).toEqual([
      true,
      true,
      true,
    ]);
    expect([at(0, false), at(6_000)].map((look) => isAtRest(look, 5_000))).toEqual([false, false]);
  });

  it("is not guessed where nobody looked", () => {
    const look = toFleetLook(null, [{ id: "w", state: "running" }], 0);
    expect(fleetTime(look, { ...look, atMs: 121_000 }, settings)).toBeNull();
    expect(fleetTime(look, { ...look, atMs: 120_000 }, settings)).toEqual({ paidMs: 120_000, standingMs: 0 });
  });
});
