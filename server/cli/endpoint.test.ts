import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, POOL_LIMITS } from "@/db/client";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { seedPrices } from "@/server/prices/seed-prices";
import { type Sandbox, startSandbox } from "@/server/sandbox/start-sandbox";
import { readChange, type SetOptions } from "./endpoint";
import { runCli } from "./testing/run-cli";

/** Each command is a process run from its sources; a busy machine takes its time. */
const LONG_MS = 240_000;

describe("what is typed", () => {
  it("becomes a change, in the units that RunPod takes", () => {
    const typed = {
      workersMin: "1",
      idleTimeout: "30",
      flashboot: "off",
      gpu: "ADA_24, AMPERE_24",
      executionTimeout: "900",
    };
    expect(readChange(typed)).toEqual({
      workersMin: 1,
      idleTimeoutS: 30,
      flashboot: "OFF",
      gpuPools: ["ADA_24", "AMPERE_24"],
      executionTimeoutMs: 900_000,
    });
    expect(readChange({ requestCount: "2" })).toEqual({ scaling: { type: "REQUEST_COUNT", requestCount: 2 } });
  });

  it.each<[string, SetOptions, RegExp]>([
    ["nothing", {}, /needs at least one setting/],
    ["a negative count", { workersMin: "-1" }, /--workers-min must be a whole number from 0/],
    [
      "two rules of scaling",
      { queueDelay: "4", requestCount: "1" },
      /--queue-delay cannot stand beside --request-count/,
    ],
    ["another word", { flashboot: "on" }, /--flashboot must be of OFF, FLASHBOOT/],
  ])("refuses %s in words", (_name, typed, rule) => {
    expect(() => readChange(typed)).toThrow(rule);
  });
});

describe("on an installation where nothing runs but its database and the sandbox", () => {
  let folder: string;
  let database: TestDatabase;
  let sandbox: Sandbox;
  let env: Record<string, string>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "switchyard-cli-"));
    database = await createTestDatabase();
    const connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
    await seedPrices(connection.db);
    await connection.close();
    sandbox = await startSandbox({ rateLimits: false });
    const { urls, credentials } = sandbox;
    env = {
      DATABASE_URL: database.url,
      SWITCHYARD_DATA_DIR: join(folder, "data"),
      SWITCHYARD_SANDBOX_CONNECTION: JSON.stringify({ urls, credentials }),
    };
  });
  afterAll(async () => {
    await sandbox.stop();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const cli = (...args: string[]) => runCli(["endpoint", ...args], env);

  it(
    "shows the endpoint, changes it with its price, takes that back, and ends with 3 on what does harm",
    async () => {
      const shown = await cli();
      expect(shown).toMatchObject({ code: 0 });
      expect(shown.stdout).toMatch(/^workers min +0$/m);
      expect(shown.stdout).toMatch(/^one permanent worker pays from +[\d,]+ images a month/m);

      const dry = await cli("set", "--workers-min", "1", "--dry-run");
      expect(dry).toMatchObject({ code: 0 });
      expect(dry.stdout).toMatch(/would change +Workers min 0 → 1 in sandbox; nothing is changed/);
      expect(dry.stdout).toMatch(/standing after +\$26\.40 a day, \$792\.00 a month/);

      const above = await cli("set", "--workers-min", "9", "--reason", "more than there may be");
      expect(above).toMatchObject({ code: 2, stdout: "" });
      expect(above.stderr).toMatch(/must not be above the maximum: 9 > 3/);

      const set = await cli("set", "--workers-max", "0", "--reason", "closed for the night", "--json");
      expect(JSON.parse(set.stdout)).toMatchObject({ changes: [{ field: "Workers max", before: "3", after: "0" }] });
      const lint = await cli("lint", "--json");
      expect(lint).toMatchObject({ code: 3 });
      expect(JSON.parse(lint.stdout)).toMatchObject({ breaches: 1, findings: [{ key: "workers_max_zero" }] });

      const hours = ["schedule", "set", "--days", "mon-sun", "--from", "0", "--to", "24", "--zone", "Europe/Berlin"];
      expect(await cli(...hours, "--workers", "1", "--reason", "they come all day")).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("workers must not be above the endpoint's maximum: 1 > 0"),
      });
      expect((await cli("schedule")).stderr).toContain("no schedule in sandbox; workers min is 0");

      const keepWarm = await runCli(["keep-warm"], env);
      expect(keepWarm).toMatchObject({ code: 1, stdout: "" });
      expect(keepWarm.stderr).toMatch(/only 0 jobs at ComfyUI in the last 14 days; 50 are needed/);

      const undone = await cli("undo", "--reason", "the night is over");
      expect(undone.stdout).toMatch(/changed +Workers max 0 → 3 in sandbox/);

      const night = ["schedule", "set", "--days", "fri", "--from", "22", "--to", "6", "--reason", "Friday's night"];
      expect((await cli(...night)).stdout).toMatch(/schedule +1 worker fri 22 h to 6 h the day after, UTC, else 0/);
      expect(await cli(...night.slice(0, -2), "--from", "6", "--reason", "Friday's night")).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("whole days are 0 to 24"),
      });
    },
    LONG_MS,
  );
});
