import { spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { objectKeyOf } from "@/server/domain/object-key";
import { createDiskStore } from "./disk-store";
import { sha256Of } from "./object-key";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "switchyard-disk-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const bytes = Buffer.from("the bytes of a picture");
const sha256 = sha256Of(bytes);
const key = objectKeyOf(sha256, "image/png");

async function storedFiles(): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe("createDiskStore", () => {
  it("writes under the address of the content and reads it back", async () => {
    const store = createDiskStore({ directory });
    await store.write(key, bytes, sha256);
    expect(await storedFiles()).toEqual([join(directory, key)]);
    expect(Buffer.from(await store.read(key, sha256))).toEqual(bytes);
  });

  it("may write the same object twice, also at once", async () => {
    const store = createDiskStore({ directory });
    await Promise.all(Array.from({ length: 8 }, () => store.write(key, bytes, sha256)));
    expect(await storedFiles()).toHaveLength(1);
  });

  it("finds a file that was changed or deleted after it was stored, and replaces it on the next write", async () => {
    const store = createDiskStore({ directory });
    await store.write(key, bytes, sha256);
    await writeFile(join(directory, key), "rotten");
    await expect(store.read(key, sha256)).rejects.toMatchObject({ fault: "wrong_bytes" });
    await store.write(key, bytes, sha256);
    expect(Buffer.from(await store.read(key, sha256))).toEqual(bytes);
    await store.remove(key);
    await store.remove(key);
    await expect(store.read(key, sha256)).rejects.toMatchObject({ fault: "missing" });
  });

  it("leaves no file whose name is not its hash, whenever its process is killed", async () => {
    const script = fileURLToPath(new URL("testing/write-forever.ts", import.meta.url));
    const promised: string[] = [];
    for (let round = 0; round < 6; round += 1) {
      const child = spawn(process.execPath, ["--import", "tsx", script, directory, String(round)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let said = "";
      await new Promise<void>((resolve) => {
        child.stdout.on("data", (chunk: Buffer) => {
          said += chunk.toString();
          // In the middle of some write: the number of lines before it differs from round to round.
          if (said.split("\n").length > 3 + round * 5) setTimeout(() => child.kill("SIGKILL"), round * 3);
        });
        child.once("close", () => resolve());
      });
      promised.push(...said.split("\n").slice(0, -1));
    }
    const store = createDiskStore({ directory });
    expect(promised.length).toBeGreaterThan(20);
    for (const hash of promised) expect(sha256Of(await store.read(objectKeyOf(hash, "image/png"), hash))).toBe(hash);
    for (const path of await storedFiles()) {
      if (basename(dirname(path)) === "tmp") continue;
      expect(basename(path)).toBe(`${sha256Of(await readFile(path))}.png`);
    }
  });

  it("never loses what is stored again while it is removed by age", async () => {
    const store = createDiskStore({ directory });
    const old = new Date(Date.now() - 7_200_000);
    for (let round = 0; round < 400; round += 1) {
      await store.write(key, bytes, sha256);
      await utimes(join(directory, key), old, old);
      const [removed] = await Promise.all([
        store.removeOlder(key, Date.now() - 3_600_000),
        store.write(key, bytes, sha256),
      ]);
      expect(await store.holds(key, sha256), `round ${round}, removed: ${removed}`).toBe(true);
    }
    expect(await store.removeOlder(key, Date.now() - 3_600_000)).toBe(false);
    expect(await store.removeOlder(key, Date.now() + 1_000)).toBe(true);
    expect(await storedFiles()).toEqual([]);
  });

  it("puts back what a process took out and died before it decided", async () => {
    await createDiskStore({ directory }).write(key, bytes, sha256);
    const taken = join(directory, "objects", "tmp", `${basename(key)}.${randomUUID()}.taken`);
    await rename(join(directory, key), taken);
    expect(await createDiskStore({ directory }).sweep()).toBe(0);
    expect(await storedFiles()).toEqual([join(directory, key)]);
  });

  it("sweeps what dead writers left, and not what a living one is writing", async () => {
    const temp = join(directory, "objects", "tmp");
    await mkdir(temp, { recursive: true });
    await writeFile(join(temp, "old.part"), "half");
    await writeFile(join(temp, "new.part"), "half");
    await utimes(join(temp, "old.part"), new Date(), new Date(Date.now() - 3_600_000));
    await createDiskStore({ directory }).write(key, bytes, sha256);
    expect(await readdir(temp)).toEqual(["new.part"]);
  });

  it("refuses to fill the disk to its end", async () => {
    const store = createDiskStore({ directory, minFreeBytes: Number.MAX_SAFE_INTEGER });
    await expect(store.write(key, bytes, sha256)).rejects.toMatchObject({ fault: "disk_full" });
    expect(await storedFiles()).toEqual([]);
  });

  it("says disk_failed when the directory cannot be used", async () => {
    await writeFile(join(directory, "objects"), "a file in the way");
    await expect(createDiskStore({ directory }).write(key, bytes, sha256)).rejects.toMatchObject({
      fault: "disk_failed",
    });
  });

  it("says disk_full at a real end of the disk and leaves no half file", async (context) => {
    const small = join(directory, "small");
    await mkdir(small);
    const { status } = spawnSync("/bin/mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", small]);
    if (status !== 0) return context.skip("mounting needs root; the reserve above is tested instead");
    try {
      const store = createDiskStore({ directory: small, minFreeBytes: Number.NEGATIVE_INFINITY });
      const large = Buffer.alloc(3_000_000, 1);
      await store.write(objectKeyOf(sha256Of(large), "image/png"), large, sha256Of(large));
      const more = Buffer.alloc(3_000_000, 2);
      await expect(store.write(objectKeyOf(sha256Of(more), "image/png"), more, sha256Of(more))).rejects.toMatchObject({
        fault: "disk_full",
      });
      const files = (await readdir(small, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
      expect(files.map((entry) => entry.name)).toEqual([`${sha256Of(large)}.png`]);
    } finally {
      spawnSync("/bin/umount", [small]);
    }
  });
});
