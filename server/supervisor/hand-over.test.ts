import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { handedOver, handOver, takeBack } from "./hand-over";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "switchyard-test-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

describe("hand-over", () => {
  it("gives back what a living process left, and keeps it from other accounts", () => {
    handOver(dataDir, "server", "http://127.0.0.1:3000");
    expect(handedOver(dataDir, "server")).toBe("http://127.0.0.1:3000");
    expect(handedOver(dataDir, "sandbox")).toBeNull();
    expect(statSync(join(dataDir, "server.json")).mode & 0o777).toBe(0o600);
  });

  it("does not believe the note of a process that is gone", () => {
    handOver(dataDir, "server", "http://127.0.0.1:3000");
    const file = join(dataDir, "server.json");
    const note = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify({ ...note, identity: "of another life" }));
    expect(handedOver(dataDir, "server")).toBeNull();
    writeFileSync(file, "{ half");
    expect(handedOver(dataDir, "server")).toBeNull();
  });

  it("takes back its own notes and leaves another's", () => {
    handOver(dataDir, "server", "http://127.0.0.1:3000");
    writeFileSync(join(dataDir, "sandbox.json"), JSON.stringify({ pid: 1, identity: "x", value: "y" }));
    takeBack(dataDir);
    expect(handedOver(dataDir, "server")).toBeNull();
    expect(readFileSync(join(dataDir, "sandbox.json"), "utf8")).toContain("y");
  });
});
