import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { processIdentity } from "@/db/embedded/process-identity";
import { killLeftovers } from "./leftovers";

describe("killLeftovers", () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), "switchyard-leftovers-"));
    mkdirSync(join(dataDir, "children"));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  function remember(entry: object): void {
    writeFileSync(join(dataDir, "children", "server-1.json"), JSON.stringify(entry));
  }

  it("ends the child of a supervisor that is gone", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    const pid = child.pid ?? 0;
    const exited = once(child, "exit");
    remember({ pid, identity: processIdentity(pid), supervisor: 1, supervisorIdentity: "gone" });
    expect(killLeftovers(dataDir)).toBe(1);
    expect((await exited)[1]).toBe("SIGKILL");
    expect(readdirSync(join(dataDir, "children"))).toEqual([]);
  });

  it("spares a stranger that has the number by now, and forgets the note", () => {
    remember({ pid: process.pid, identity: "another process", supervisor: 1, supervisorIdentity: "gone" });
    expect(killLeftovers(dataDir)).toBe(0);
    expect(readdirSync(join(dataDir, "children"))).toEqual([]);
  });

  it("has nothing to do on a first start", () => {
    expect(killLeftovers(join(dataDir, "nowhere"))).toBe(0);
  });
});
