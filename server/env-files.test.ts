import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readEnvFiles } from "./env-files";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "switchyard-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("readEnvFiles", () => {
  it("finds nothing in a folder without files", () => {
    expect(readEnvFiles(folder)).toEqual({});
  });

  it("lets .hush win over .env.local, and that over .env", () => {
    writeFileSync(join(folder, ".env"), "A=env\nB=env\nC=env\n");
    writeFileSync(join(folder, ".env.local"), "B=local\nC=local\n");
    writeFileSync(join(folder, ".hush"), "C=hush\n");
    expect(readEnvFiles(folder)).toEqual({ A: "env", B: "local", C: "hush" });
  });

  it("reads quotes and comments as everybody does", () => {
    writeFileSync(
      join(folder, ".env"),
      "# a comment\nA='one # two'\nB=\"line\\nbreak\"\nC=plain # comment\nexport D=four\n",
    );
    expect(readEnvFiles(folder)).toEqual({ A: "one # two", B: "line\nbreak", C: "plain", D: "four" });
  });

  it("does not pass over a file that it cannot read", () => {
    mkdirSync(join(folder, ".env"));
    expect(() => readEnvFiles(folder)).toThrow(/EISDIR/);
  });
});
