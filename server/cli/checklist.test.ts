import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { type Sandbox, startSandbox } from "@/server/sandbox/start-sandbox";
import { runCli } from "./testing/run-cli";

/** Each command is a process run from its sources; a busy machine takes its time. */
const LONG_MS = 240_000;

let folder: string;
let database: TestDatabase;
let sandbox: Sandbox;
let env: Record<string, string>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "switchyard-cli-"));
  database = await createTestDatabase();
  sandbox = await startSandbox({ seed: 7, clockFactor: 100, endpoint: { workersMin: 1 } });
  env = {
    DATABASE_URL: database.url,
    SWITCHYARD_DATA_DIR: join(folder, "data"),
    SWITCHYARD_SANDBOX_CONNECTION: JSON.stringify({
      urls: sandbox.urls,
      credentials: sandbox.credentials,
      clockFactor: 100,
    }),
    SWITCHYARD_CALLER_DIR: folder,
  };
});
afterAll(async () => {
  await sandbox.stop();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

it(
  "runs the checklist without a server: exit code 0 only if all passed, evidence on demand",
  async () => {
    const items = ["--item", "txt2img,rollback"];
    const passed = await runCli(["checklist", "run", "--provider", "runpod", ...items, "--json"], env);
    expect(passed.stderr).toMatch(/txt2img: passed in [\s\S]*rollback: passed in /);
    expect(passed.code).toBe(0);
    expect(JSON.parse(passed.stdout)).toMatchObject({ passed: true, checklist: { headline: "2 of 6 passed" } });

    sandbox.addFault({ fault: "out_of_memory", promptIncludes: "fox" });
    const failed = await runCli(["checklist", "run", "--item", "txt2img"], env);
    expect(failed.stdout).toMatch(/\[ \] txt2img +failed.*\n.*\n\[ \] img2img +not run/);
    expect(failed.code).toBe(3);

    const note = ["--note", "seen in the bucket's own console"];
    const byHand = await runCli(["checklist", "pass", "r2_upload", ...note], env);
    expect(byHand.stdout).toMatch(/sandbox: 2 of 6 passed[\s\S]*\[x\] r2_upload +passed by hand/);
    const exported = await runCli(["checklist", "export", "--out", "evidence.md"], env);
    expect(exported.code).toBe(0);
    expect(readFileSync(join(folder, "evidence.md"), "utf8")).toMatch(/# Testing checklist: 2 of 6 passed/);
    expect(await runCli(["checklist", "show"], env)).toMatchObject({ code: 3 });
    expect(await runCli(["checklist", "pass", "r2_upload"], env)).toMatchObject({ code: 2, stdout: "" });
  },
  LONG_MS,
);
