import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { currentHolder } from "./holder";
import { withLock } from "./lock";

describe("withLock", () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "switchyard-lock-"));
    file = join(directory, "lock");
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it.each([
    ["nobody held it", () => {}],
    ["its holder is dead", () => writeHolder({ startedAs: "another process with our number" })],
    ["another host held it and fell silent", () => writeHolder({ host: "elsewhere" }, 60_000)],
    ["its writer died in the middle of writing", () => writeFile('{"pid":', 60_000)],
  ])("lets one in at a time when %s", async (_case, prepare) => {
    prepare();
    let inside = 0;
    let most = 0;
    let runs = 0;
    await Promise.all(
      Array.from({ length: 8 }, () =>
        withLock(file, 20_000, async () => {
          inside += 1;
          runs += 1;
          most = Math.max(most, inside);
          await new Promise((next) => setImmediate(next));
          inside -= 1;
        }),
      ),
    );
    expect({ most, runs }).toEqual({ most: 1, runs: 8 });
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    ["a living process", () => writeHolder({})],
    ["another host that was heard of just now", () => writeHolder({ host: "elsewhere" })],
  ])("does not take it from %s, and names the holder", async (_case, prepare) => {
    prepare();
    await expect(withLock(file, 100, async () => {})).rejects.toThrow(`process ${process.pid} on`);
    expect(existsSync(file)).toBe(true);
  });

  it("lets go when the work throws", async () => {
    const failing = withLock(file, 100, async () => {
      throw new Error("broken work");
    });
    await expect(failing).rejects.toThrow("broken work");
    expect(existsSync(file)).toBe(false);
  });

  function writeHolder(change: object, ageMs = 0): void {
    writeFile(JSON.stringify({ ...currentHolder(), ...change }), ageMs);
  }

  function writeFile(text: string, ageMs: number): void {
    writeFileSync(file, text);
    const then = new Date(Date.now() - ageMs);
    utimesSync(file, then, then);
  }
});
