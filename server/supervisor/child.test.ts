import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { processIdentity } from "@/db/embedded/process-identity";
import { type SupervisedChild, superviseChild } from "./child";
import { killLeftovers } from "./leftovers";

/** Serves until told to crash; says its number and what it was given. */
const SERVES = `process.send({ pid: process.pid, given: process.env.GIVEN });
  process.on("message", () => process.exit(7)); setInterval(() => {}, 1000);`;

interface Ready {
  pid: number;
  given: string;
}

describe("superviseChild", () => {
  let dataDir: string;
  let supervised: SupervisedChild<Ready> | null;
  let said: string[];
  let restarts: Ready[];
  let starts: number;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), "switchyard-child-"));
    supervised = null;
    said = [];
    restarts = [];
    starts = 0;
  });
  afterEach(async () => {
    await supervised?.stop(Promise.resolve());
    rmSync(dataDir, { recursive: true, force: true });
  });

  function supervise(script: string, readyWithinMs = 20_000): SupervisedChild<Ready> {
    supervised = superviseChild<Ready>({
      name: "helper",
      dataDir,
      command: async () => {
        starts += 1;
        return { args: ["-e", script], env: { GIVEN: `start ${starts}` } };
      },
      whenReady: (child) =>
        new Promise((done) => child.once("message", (message) => done(message as unknown as Ready))),
      readyWithinMs,
      onRestarted: (ready) => restarts.push(ready),
      say: (line) => said.push(line),
    });
    return supervised;
  }

  it("starts a crashed child again and says so", async () => {
    const child = supervise(SERVES);
    const first = await child.start();
    process.kill(first.pid, "SIGKILL");
    await vi.waitFor(() => expect(restarts).toHaveLength(1), { timeout: 20_000 });
    expect(restarts[0]?.given).toBe("start 2");
    expect(restarts[0]?.pid).not.toBe(first.pid);
    expect(said).toEqual(["the helper stopped unexpectedly (SIGKILL); starting it again in 1 s"]);
  });

  it("restarts on request at once and without an alarm", async () => {
    const child = supervise(SERVES);
    await child.start();
    child.restart();
    await vi.waitFor(() => expect(restarts).toHaveLength(1), { timeout: 20_000 });
    expect(said).toEqual([]);
  });

  it("gives the reason when the first start fails, and does not try again", async () => {
    await expect(supervise("process.exit(3)").start()).rejects.toThrow("ended before it was ready (exit code 3)");
    await expect(supervise("setInterval(() => {}, 1000)", 300).start()).rejects.toThrow("not ready within 0.3 s");
    expect(starts).toBe(2);
  });

  it("kills a child that does not stop when asked", async () => {
    const child = supervise(`process.on("SIGTERM", () => {}); ${SERVES}`);
    const { pid } = await child.start();
    await child.stop(new Promise((done) => setTimeout(done, 50)));
    expect(processIdentity(pid)).toBeNull();
    expect(readdirSync(join(dataDir, "children"))).toEqual([]);
  });

  it("stops while it waits before a new start", async () => {
    const child = supervise(SERVES);
    const { pid } = await child.start();
    process.kill(pid, "SIGKILL");
    await vi.waitFor(() => expect(said).toHaveLength(1), { timeout: 20_000 });
    await child.stop(Promise.resolve());
    expect(starts).toBe(1);
  });

  it("is not a leftover while its supervisor lives", async () => {
    const { pid } = await supervise(SERVES).start();
    expect(killLeftovers(dataDir)).toBe(0);
    expect(processIdentity(pid)).not.toBeNull();
  });
});
