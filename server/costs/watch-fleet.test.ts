import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { endpointSnapshots, fleetHours } from "@/db/schema";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { AppError } from "@/server/errors";
import type { RunpodManagement } from "@/server/providers/runpod-management/api";
import { addRevision } from "@/server/rollout/gates/testing/rows";
import { watchFleet } from "./watch-fleet";

const environment = "production";
const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 10, 20, 12);

let database: TestDatabase;
let connection: Connection;
beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  await addRevision(connection.db, environment, { shareBp: 5_000, at: new Date(NOON) });
  await connection.db.insert(endpointSnapshots).values({
    environment,
    endpointId: "e1",
    settings: {
      name: "flux",
      image: null,
      gpuPools: [],
      gpuCount: 1,
      workersMin: 1,
      workersMax: 3,
      idleTimeoutS: 5,
      scaling: null,
      executionTimeoutMs: null,
      flashboot: "OFF",
      dataCenterIds: [],
    },
    origin: "first",
    changes: [],
    actor: "test",
  });
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

let factor = 1;

/** One look at workers in these states; null: RunPod does not answer. `asked` counts the calls. */
let asked = 0;
async function look(atMs: number, states: string[] | null, changes: Partial<RunpodManagement> = {}) {
  const workers: RunpodManagement["workers"] = async () => {
    asked += 1;
    if (states === null) throw new AppError("UNAVAILABLE", "RunPod does not answer");
    const counts = { running: 0, idle: 0, initializing: 0, throttled: 0, unhealthy: 0 };
    const common = { isStale: false, version: 1, gpuType: null, dataCenterId: null, uptimeS: 1 };
    return {
      endpointVersion: 1,
      counts,
      workers: states.map((state, index) => ({ id: `w${index}`, state, ...common })),
    };
  };
  const management = { endpointId: "e1", remaining: () => 60, workers, ...changes } as RunpodManagement;
  await watchFleet(
    { db: connection.db, management: () => management, config: { idleTimeoutMs: 5_000, clockFactor: () => factor } },
    environment,
    atMs,
  );
}

const hours = async () =>
  (await connection.db.select().from(fleetHours).orderBy(fleetHours.hourAt)).map((row) => [
    row.hourAt.getTime(),
    row.coveredMs,
    row.paidMs,
    row.standingMs,
  ]);

it("adds up paid and standing worker time by the hour, and guesses nothing where RunPod was silent", async () => {
  const start = NOON - 30_000;
  await look(start, ["running", "running"]);
  await look(start + 15_000, ["running", "idle"]);
  // Over the full hour: a third of the time is the hour's after it.
  await look(start + 45_000, ["idle"]);
  expect(await hours()).toEqual([
    [NOON - HOUR, 30_000, 60_250, 0],
    [NOON, 15_000, 30_250, 0],
  ]);
  await look(start + 60_000, null);
  await look(start + 75_000, ["idle"]);
  // Idle for longer than its time-out, and kept by the minimum: standing.
  await look(start + 105_000, ["idle"]);
  expect((await hours())[1]).toEqual([NOON, 75_000, 30_250, 60_000]);
  await look(start + 405_000, ["idle"]);
  expect((await hours())[1]).toEqual([NOON, 75_000, 30_250, 60_000]);
});

it("asks less while nothing can be paid, and not at all when few calls are left", async () => {
  const quiet = NOON + 10 * 60_000;
  await look(quiet, []);
  const before = asked;
  await look(quiet + 15_000, []);
  expect(asked).toBe(before);
  await look(quiet + 60_000, []);
  expect(asked).toBe(before + 1);
  await look(quiet + 120_000, [], { remaining: () => 3 });
  expect(asked).toBe(before + 1);
});

it("counts a sandbox's time by its own clock, in our hours", async () => {
  factor = 60;
  const before = await hours();
  const start = NOON + 10 * HOUR;
  await look(start, ["running"]);
  asked = 0;
  await look(start + 100, ["running"]);
  expect(asked).toBe(0);
  // A second of ours is a minute of its worker's.
  await look(start + 1_000, ["running"]);
  expect(asked).toBe(1);
  expect((await hours()).slice(before.length)).toEqual([[start, 1_000, 60_000, 0]]);
  factor = 1;
});
