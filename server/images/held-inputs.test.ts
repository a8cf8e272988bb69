import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { forgetHeldInputs } from "@/db/queries/held-inputs";
import { objectKeyOf } from "@/server/domain/object-key";
import { startSystem, type TestSystem } from "@/server/engine/testing/start-system";
import { createImageService } from "./create-image-service";
import { createHeldInputs } from "./held-inputs";
import { sha256Of } from "./object-key";
import type { R2Store } from "./r2-store";
import { noisePicture } from "./testing/pictures";

const LONG_MS = 180_000;
const SECRET = "one secret for both instances, as it must be";

let system: TestSystem;
let otherDisk: string;
beforeAll(async () => {
  otherDisk = await mkdtemp(join(tmpdir(), "switchyard-other-"));
  const env = { ROLE: "gateway", SWITCHYARD_SECRET: SECRET };
  system = await startSystem({ bucket: true, sandbox: { imageMode: "tiny" }, env });
});
afterAll(async () => {
  await system.stop();
  await rm(otherDisk, { recursive: true, force: true });
});

const painted = async (image: Buffer) =>
  system.submit({
    params: {
      operation: "img2img",
      prompt: "as a watercolour",
      negativePrompt: null,
      width: null,
      height: null,
      steps: null,
      guidance: null,
      seed: null,
      strength: 0.5,
      count: 1,
    },
    image: { load: async () => image },
  });
const held = async () => (await system.pool.query("select sha256 from held_inputs")).rows.length;
const inputs = async () =>
  (await system.pool.query("select location, disk_id from images where role = 'input' order by created_at")).rows;

it(
  "has another instance, with a disk of its own, make a picture from one that R2 did not take or does not give",
  async () => {
    const taken = await painted(await noisePicture({ width: 256, height: 256 }));
    system.sandbox.addFault({ fault: "unavailable", provider: "s3" });
    const spooled = await painted(await noisePicture({ width: 320, height: 256 }));
    expect(await inputs()).toEqual([
      { location: "r2", disk_id: null },
      { location: "disk", disk_id: expect.any(String) },
    ]);
    const peer = await system.startPeer({ ROLE: "worker", SWITCHYARD_DATA_DIR: otherDisk });
    try {
      for (const id of [taken, spooled]) {
        const ended = await system.ended(id);
        expect(ended).toMatchObject({ state: "succeeded", attemptCount: 1 });
      }
    } finally {
      await peer.stop();
      system.sandbox.removeFaults();
    }
  },
  LONG_MS,
);

it("lets go of what no open generation needs, and of nothing else", async () => {
  await system.pool.query("delete from held_inputs");
  await painted(await noisePicture({ width: 200, height: 200 }));
  expect(await forgetHeldInputs(system.runtime.db, 0)).toBe(0);
  await system.pool.query("update generations set state = 'cancelled', finished_at = now() where finished_at is null");
  expect(await forgetHeldInputs(system.runtime.db, 60_000)).toBe(0);
  expect(await forgetHeldInputs(system.runtime.db, 0)).toBe(1);
});

it("holds as much as it may, one picture once, and gives back what was given to it", async () => {
  const { db } = system.runtime;
  const inputs = createHeldInputs({ taking: db, giving: db }, 10);
  const put = (text: string) => inputs.hold(Buffer.from(text), sha256Of(Buffer.from(text)));
  expect(await put("sixsix")).toBe(true);
  expect(await put("sixsix")).toBe(true);
  expect(await put("seven77")).toBe(false);
  expect(await held()).toBe(1);
  expect(await inputs.find(sha256Of(Buffer.from("sixsix")))).toEqual(Buffer.from("sixsix"));
  await system.pool.query("update held_inputs set bytes = 'other'");
  expect(await inputs.find(sha256Of(Buffer.from("sixsix")))).toBeNull();
});

it("asks R2 for nothing that is held: while it is silent, each picture would wait out its time-outs", async () => {
  const bytes = Buffer.from("held");
  const refusing = { get: () => () => Promise.reject(new Error("R2 was asked")) };
  const images = createImageService({
    dataDir: otherDisk,
    diskId: "other",
    r2: null,
    r2Store: new Proxy({} as R2Store, refusing),
    held: { hold: async () => true, find: async () => bytes },
    signingKey: Buffer.from(SECRET),
  });
  const sha256 = sha256Of(bytes);
  const object = { sha256, location: "r2" as const, objectKey: objectKeyOf(sha256, "image/png"), diskId: null };
  expect(await images.readInput(object)).toEqual(bytes);
});
