import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { workerProgram } from "@/server/engine/testing/bundled";
import { startSystem, type TestSystem } from "@/server/engine/testing/start-system";
import { until } from "@/server/engine/testing/until";
import { createR2Store } from "./r2-store";

const LONG_MS = 180_000;

let system: TestSystem;
const children: ChildProcess[] = [];
const start = (env?: Record<string, string>) => startSystem({ bucket: true, sandbox: { imageMode: "tiny" }, env });
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  await system.stop();
});

/** A worker of its own on the same disk, which kills itself where it is told to. */
async function worker(debugPoint: string): Promise<ChildProcess> {
  const env = { ...process.env, ...system.env, SWITCHYARD_CHAOS: "1", SWITCHYARD_DEBUG_POINT: debugPoint };
  const child = fork(await workerProgram(), { env, stdio: "ignore" });
  children.push(child);
  return child;
}

async function kept(): Promise<{ sha256: string; location: string; objectKey: string }[]> {
  const { rows } = await system.pool.query(
    `select sha256, location, object_key as "objectKey" from images order by id`,
  );
  return rows;
}

describe("no room for pictures", () => {
  it(
    "refuses what is new, sends nothing, and goes on when there is room again",
    async () => {
      system = await start({ ROLE: "gateway" });
      const peer = await system.startPeer({ ROLE: "worker" });
      const full = "the disk is nearly full";
      const here = vi.spyOn(system.runtime.images, "roomProblem").mockResolvedValue(full);
      await expect(system.submit()).rejects.toMatchObject({ code: "OVERLOADED", retryAfterS: 30 });
      here.mockRestore();
      const room = vi.spyOn(peer.runtime.images, "roomProblem").mockResolvedValue(full);
      await until("the engine looked for room", () => room.mock.calls.length >= 1);
      const id = await system.submit();
      await until("the engine looked again", () => room.mock.calls.length >= 3);
      expect(await system.generation(id)).toMatchObject({ state: "queued", attempts: [] });
      room.mockRestore();
      expect(await system.ended(id)).toMatchObject({ state: "succeeded" });
      await peer.stop();
    },
    LONG_MS,
  );
});

describe("an outage of R2", () => {
  it(
    "loses nothing: generations succeed from the disk, and move when it is over, through kills",
    async () => {
      system = await start();
      system.sandbox.addFault({ fault: "unavailable", provider: "s3" });
      const ids = await Promise.all(["a fox", "a boat", "a lamp", "a tree"].map((prompt) => system.submit({ prompt })));
      const done = await Promise.all(ids.map((id) => system.ended(id)));
      expect(done.map(({ state }) => state)).toEqual(ids.map(() => "succeeded"));
      for (const row of await kept()) expect(row.location).toBe("disk");
      for (const { images } of done) {
        const [image] = images;
        if (!image) throw new Error("a generation succeeded without a picture");
        const place = { objectKey: "", diskId: null, location: "disk" as const, sha256: image.sha256 };
        const objectKey = (await kept()).find(({ sha256 }) => sha256 === image.sha256)?.objectKey ?? "";
        expect((await system.runtime.images.read({ ...place, objectKey })).byteLength).toBe(image.sizeBytes);
      }
      await system.stopWork();

      system.sandbox.removeFaults();
      const [, signal] = await once(await worker("drain.marked:kill:2"), "exit");
      expect(signal).toBe("SIGKILL");
      // What time would do to a dead process's hold on the chore.
      await system.pool.query("update leases set lease_until = null");
      await worker("");
      await until(
        "all pictures are in R2",
        async () => (await kept()).every(({ location }) => location === "r2"),
        LONG_MS,
      );

      const { r2 } = system.config;
      if (r2 === null) throw new Error("the bucket is not configured");
      const bucket = createR2Store(r2);
      for (const { objectKey, sha256 } of await kept()) expect(await bucket.holds(objectKey, sha256)).toBe(true);
      await bucket.close();
    },
    LONG_MS,
  );
});
