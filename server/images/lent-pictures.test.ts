import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { forgetLentPictures } from "@/db/queries/lent-pictures";
import { objectKeyOf } from "@/server/domain/object-key";
import { startSystem, type TestSystem } from "@/server/engine/testing/start-system";
import { until } from "@/server/engine/testing/until";
import type { StartedRuntime } from "@/server/start-runtime";
import { createBorrower } from "./lent-pictures";
import { sha256Of } from "./object-key";
import { readPicture } from "./read-picture";

const SECRET = "one secret for both machines, as it must be";

let system: TestSystem;
let otherDisk: string;
let other: StartedRuntime;
beforeAll(async () => {
  otherDisk = await mkdtemp(join(tmpdir(), "switchyard-other-"));
  system = await startSystem({ bucket: true, env: { SWITCHYARD_SECRET: SECRET } });
  // The machine with the spool, which also makes the pictures, and one that only serves.
  other = await system.startPeer({ ROLE: "gateway", SWITCHYARD_DATA_DIR: otherDisk });
});
afterAll(async () => {
  await other.stop();
  await system.stop();
  await rm(otherDisk, { recursive: true, force: true });
});

const rows = async () => (await system.pool.query("select sha256, bytes is not null as given from lent_pictures")).rows;

it("serves a result from another machine's disk while R2 is away, and not from nowhere", async () => {
  system.sandbox.addFault({ fault: "unavailable", provider: "s3" });
  const made = await system.ended(await system.submit({ provider: "scenario" }));
  const sha256 = made.images[0]?.sha256 ?? "";
  expect(made.images).toMatchObject([{ location: "disk" }]);
  const bytes = await readPicture(other.runtime, sha256);
  expect(sha256Of(bytes)).toBe(sha256);
  expect(await rows()).toEqual([{ sha256, given: true }]);

  await system.pool.query("delete from lent_pictures");
  await system.stopWork();
  await expect(readPicture(other.runtime, sha256)).rejects.toMatchObject({
    code: "UNAVAILABLE",
    message: expect.stringContaining("another machine's disk until R2 takes it"),
  });
  expect(await rows()).toEqual([{ sha256, given: false }]);
});

it("forgets what nobody asks for any more, and of the rest all but the newest", async () => {
  await system.pool.query("delete from lent_pictures");
  await system.pool.query(
    `insert into lent_pictures (sha256, disk_id, object_key, bytes, asked_at)
     select 'h' || i, 'gone', 'k', 'x', now() - make_interval(secs => 10 * i) from generate_series(1, 9) i`,
  );
  await forgetLentPictures(other.runtime.db, { afterMs: 75_000, keepAtMost: 5 });
  expect((await rows()).map((row) => row.sha256).sort()).toEqual(["h1", "h2", "h3", "h4", "h5"]);
});

it("asks nobody where no instance has the disk, and takes nothing that is not what it asked for", async () => {
  const sha256 = sha256Of(Buffer.from("right"));
  const object = { sha256, location: "disk", objectKey: objectKeyOf(sha256, "image/png"), diskId: "another" } as const;
  expect(await createBorrower(other.runtime.db).borrow(object)).toBeNull();
  expect((await rows()).map((row) => row.sha256)).not.toContain(sha256);
  // There is an instance with that disk.
  await system.pool.query("insert into storage_looks (instance, disk_id) values ('web-9:1:a', 'another')");
  const borrowed = createBorrower(other.runtime.db, 1_500).borrow(object);
  const give = (bytes: string) =>
    system.pool.query("update lent_pictures set bytes = $2 where sha256 = $1", [sha256, Buffer.from(bytes)]);
  await until("it is asked for", async () => ((await give("wrong")).rowCount ?? 0) > 0);
  expect(await borrowed).toBeNull();
  await give("right");
  expect(await createBorrower(other.runtime.db, 0).borrow(object)).toEqual(Buffer.from("right"));
});
