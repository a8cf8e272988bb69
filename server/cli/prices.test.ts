import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, POOL_LIMITS } from "@/db/client";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { seedPrices } from "@/server/prices/seed-prices";
import { type Sandbox, startSandbox } from "@/server/sandbox/start-sandbox";
import { readPrice } from "./prices";
import { runCli } from "./testing/run-cli";

/** Each command is a process run from its sources; a busy machine takes its time. */
const LONG_MS = 240_000;
const typed = { provider: "runpod", unit: "gpu_second", item: "NVIDIA L4", price: "0.69/hour", source: "invoice" };

describe("a price as it is typed", () => {
  it("is exact, and begins now or on the day named", () => {
    expect(readPrice(typed, 5)).toEqual({
      provider: "comfyui",
      unit: "gpu_second",
      item: "NVIDIA L4",
      operation: null,
      price: { micros: 690_000, per: 3_600 },
      effectiveFromMs: 5,
      source: "invoice",
    });
    expect(readPrice({ ...typed, from: "2026-12-01" }, 5).effectiveFromMs).toBe(Date.UTC(2026, 11, 1));
  });

  it.each([
    [{ provider: "fal" }, /--provider must be one of scenario/],
    [{ unit: "second" }, /--unit must be of image/],
    [{ operation: "upscale" }, /--operation must be of txt2img/],
    [{ price: "-1" }, /--price must not be negative/],
    [{ price: "0.00000031" }, /--price must not have fractions of a millionth of a dollar: give it per hour/],
    [{ from: "soon" }, /--from must be a date/],
  ])("is refused in words: %j", (changes, rule) => {
    expect(() => readPrice({ ...typed, ...changes }, 5)).toThrow(rule);
  });
});

describe("switchyard prices and cost", () => {
  let folder: string;
  let database: TestDatabase;
  let sandbox: Sandbox;
  let env: Record<string, string>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "switchyard-prices-"));
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

  it(
    "takes the catalogue's prices, then one of its own, and shows what is in force",
    async () => {
      const imported = await runCli(["prices", "import"], env);
      expect(imported).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("NVIDIA GeForce RTX 4090: $0.00031 per second → $1.10 per hour"),
      });
      const args = [
        "--provider",
        "scenario",
        "--unit",
        "image",
        "--item",
        "*",
        "--price",
        "0.05",
        "--source",
        "contract",
      ];
      expect(await runCli(["prices", "set", ...args], env)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^Scenario \*: \$0\.05 per image from /),
        stderr: expect.stringContaining("the price before it ends there"),
      });
      const listed = await runCli(["prices"], env);
      expect(listed.stdout).toMatch(/ComfyUI +NVIDIA GeForce RTX 4090 +\$1\.10 per hour/);
      expect(listed.stdout).not.toContain("$0.00031 per second");
      expect(listed.stdout).toMatch(/Scenario +\* +\$0\.05 per image +any operation/);

      // The ledger beside it: nothing is billed yet, and nothing is wrong with nothing.
      expect(await runCli(["cost", "reconcile"], env)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(
          /^RunPod.s bill\n\d{4}-W\d{2}, sandbox: nothing is billed yet.*Scenario.s usage/s,
        ),
      });
      // Each side by itself where the other has no credentials here.
      const { SWITCHYARD_SANDBOX_CONNECTION: _sandbox, ...bare } = env;
      const { urls, credentials } = sandbox;
      const runpod = {
        RUNPOD_API_KEY: credentials.runpodApiKey,
        RUNPOD_COMFYUI_ENDPOINT_ID: credentials.endpointId,
        RUNPOD_API_URL: `${urls.runpodJobs}/v2`,
        RUNPOD_MANAGEMENT_URL: urls.runpodManagement,
      };
      const scenario = {
        SCENARIO_API_KEY: credentials.scenarioApiKey,
        SCENARIO_SECRET_API_KEY: credentials.scenarioSecret,
        SCENARIO_API_URL: `${urls.scenario}/v1`,
      };
      const reconcile = ["cost", "reconcile", "--env", "production"];
      const alone = await runCli(reconcile, { ...bare, ...scenario });
      expect(alone).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(
          /^RunPod.s bill\nnot configured: set RUNPOD_API_KEY and RUNPOD_COMFYUI_ENDPOINT_ID\nScenario.s usage\n(?!not )/,
        ),
      });
      const other = await runCli([...reconcile, "--json"], {
        ...bare,
        ...scenario,
        SCENARIO_SECRET_API_KEY: "",
        ...runpod,
      });
      expect(JSON.parse(other.stdout)).toMatchObject({
        environment: "production",
        captureRate: null,
        scenario: null,
        notConfigured: { scenario: ["SCENARIO_SECRET_API_KEY"] },
      });
      const neither = await runCli(reconcile, { ...bare, ...scenario, SCENARIO_API_KEY: "" });
      expect(neither).toMatchObject({
        code: 4,
        stderr: expect.stringContaining("set SCENARIO_API_KEY, RUNPOD_API_KEY"),
      });

      const checked = await runCli(["cost", "check", "--json"], env);
      expect(JSON.parse(checked.stdout)).toMatchObject({ isRight: true, environment: "sandbox", generations: 0 });
    },
    LONG_MS,
  );
});
