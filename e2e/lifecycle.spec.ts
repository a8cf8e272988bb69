import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "playwright/test";
import { startSwitchyard } from "./support/switchyard";

/** What runs for the sake of one data folder, by process number. */
function processesOf(dataDir: string): number[] {
  const children = readdirSync(join(dataDir, "children")).map(
    (name) => (JSON.parse(readFileSync(join(dataDir, "children", name), "utf8")) as { pid: number }).pid,
  );
  const pidFile = join(dataDir, "postgres", "cluster", "postmaster.pid");
  const postmaster = existsSync(pidFile) ? [Number(readFileSync(pidFile, "utf8").split("\n")[0])] : [];
  return [...children, ...postmaster].filter(isRunning);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A dead process whose parent has not taken note of it yet is not running.
    return process.platform !== "linux" || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

test.describe("npm start", () => {
  let dataDir: string;
  test.beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), "switchyard-lifecycle-"));
    chmodSync(dataDir, 0o711);
  });
  test.afterEach(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }));

  test("serves, and leaves no process behind when it is stopped", async () => {
    const switchyard = await startSwitchyard({ dataDir });
    const running = processesOf(dataDir);
    expect(running).toHaveLength(3);
    expect((await fetch(switchyard.url)).status).toBeLessThan(500);
    await switchyard.stop();
    expect(running.filter(isRunning)).toEqual([]);
  });

  test("recovers by itself after it was killed", async () => {
    const killed = await startSwitchyard({ dataDir });
    process.kill(killed.pid, "SIGKILL");
    const next = await startSwitchyard({ dataDir });
    try {
      expect((await fetch(next.url)).status).toBeLessThan(500);
      expect(next.output()).toContain("found the database still running");
    } finally {
      await next.stop();
    }
  });

  test("brings a killed server and a killed database back", async () => {
    const switchyard = await startSwitchyard({ dataDir });
    try {
      for (const pid of processesOf(dataDir)) process.kill(pid, "SIGKILL");
      for (const line of ["the server is back", "the sandbox is back", "the database is back"]) {
        await expect.poll(() => switchyard.output(), { timeout: 60_000 }).toContain(line);
      }
      await expect
        .poll(async () => (await fetch(switchyard.url).catch(() => null))?.status ?? 599, { timeout: 60_000 })
        .toBeLessThan(500);
    } finally {
      await switchyard.stop();
    }
  });

  test("says what is wrong with its settings, all at once, and starts nothing", async () => {
    const start = startSwitchyard({ dataDir, env: { MAX_QUEUED: "many", LOG_LEVEL: "loud" } });
    await expect(start).rejects.toThrow(/MAX_QUEUED must be .*\n.*LOG_LEVEL must be /);
    expect(existsSync(join(dataDir, "postgres"))).toBe(false);
  });
});
