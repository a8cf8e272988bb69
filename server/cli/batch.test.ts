import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
  sandbox = await startSandbox({ seed: 7, clockFactor: 100, imageMode: "tiny", endpoint: { workersMin: 1 } });
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
  "makes a list of prompts without a server, says what it will cost before, and writes it down",
  async () => {
    writeFileSync(join(folder, "prompts.txt"), "# what we make most\na red fox in snow\n\na grey stone\n");
    const dry = await runCli(["batch", "run", "prompts.txt", "--cap", "0.05", "--dry-run"], env);
    expect(dry.stderr).toMatch(/2 prompts on both: est\. \$.*, cap \$0\.050: it will stop before the end/);
    expect(dry.code).toBe(0);
    const made = await runCli(["batch", "run", "prompts.txt", "--cap", "2.00", "--size", "512x512", "--json"], env);
    expect(made.stderr).toMatch(/2 ComfyUI: \$0\.\d+ \(a grey stone\)/);
    expect(made.code).toBe(0);
    const { id } = JSON.parse(made.stdout);
    const exported = await runCli(["batch", "export", id, "--format", "html", "--out", "sheet.html"], env);
    expect(exported.code).toBe(0);
    expect(readFileSync(join(folder, "sheet.html"), "utf8").match(/src="data:image/g)).toHaveLength(4);
    expect((await runCli(["batch", "list"], env)).stdout).toMatch(/prompts\.txt +4 of 4 pictures made for \$/);
    expect(await runCli(["batch", "run", "prompts.txt"], env)).toMatchObject({ code: 2, stdout: "" });
  },
  LONG_MS,
);
