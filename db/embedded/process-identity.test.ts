import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { processCommand, processIdentity } from "./process-identity";

describe("processIdentity", () => {
  it("stays the same for one process and differs between two", () => {
    const own = processIdentity(process.pid);
    expect(own).not.toBeNull();
    expect(processIdentity(process.pid)).toBe(own);
    expect(processIdentity(process.ppid)).not.toBe(own);
  });

  it("is null for a process that has ended and for what is no process id", async () => {
    const child = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
    const pid = child.pid ?? 0;
    await once(child, "exit");
    expect(processIdentity(pid)).toBeNull();
    expect(processIdentity(0)).toBeNull();
    expect(processIdentity(-1)).toBeNull();
    expect(processIdentity(Number.NaN)).toBeNull();
  });
});

it("processCommand tells what a process runs, and null for one that is gone", () => {
  expect(processCommand(process.pid)).toContain("node");
  expect(processCommand(2 ** 22 + 1)).toBeNull();
});
