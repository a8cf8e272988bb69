import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { projectRoot } from "@/db/project-root";
import { ConfigError, configuredProviders, parseConfig, wantsSandbox } from "./config";
import { configVariables, SECRET_VARIABLES } from "./config-variables";
import type { Environment } from "./env-files";

const CANARY = "canary-4f1c9a-must-not-be-shown";
const CONNECTION = JSON.stringify({
  urls: {
    runpodJobs: "http://127.0.0.1:1",
    runpodManagement: "http://127.0.0.1:2",
    scenario: "http://127.0.0.1:3",
    scenarioCdn: "http://127.0.0.1:4",
    s3: "http://127.0.0.1:5",
    control: "http://127.0.0.1:6",
  },
  credentials: {
    runpodApiKey: "rpa_SANDBOX",
    endpointId: "sbx",
    scenarioApiKey: "api_sandbox",
    scenarioSecret: "sandbox-secret",
    s3AccessKeyId: "id",
    s3SecretAccessKey: "key",
    bucket: "pictures",
  },
});

function faultsOf(env: Environment): string[] {
  try {
    parseConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe("parseConfig", () => {
  it("needs nothing, and counts empty values as absent", () => {
    const config = parseConfig({ PORT: " ", DATABASE_URL: "", IMAGE_GENERATION_PROVIDER: "" });
    expect(config).toMatchObject({
      imageGenerationProvider: null,
      environments: ["production", "staging"],
      defaultEnvironment: "production",
      databaseUrl: null,
      dataDir: ".data",
      port: 3000,
      host: "127.0.0.1",
      deadlineMs: { scenario: 60_000, comfyui: 180_000 },
    });
  });

  it("names every fault at once, with what was held and what is valid", () => {
    const faults = faultsOf({
      IMAGE_GENERATION_PROVIDER: "dalle",
      PORT: "70000",
      FALLBACK: "maybe",
      ROLE: "boss",
      PUBLIC_URL: "ftp://example.com",
      R2_BUCKET: "pictures",
      R2_PUBLIC_URL: "https://pictures.example.com/?size=1",
    });
    expect(faults).toEqual(
      expect.arrayContaining([
        'IMAGE_GENERATION_PROVIDER must be one of scenario, comfyui, runpod; it holds "dalle"',
        'PORT must be a whole number from 0 to 65535; it holds "70000"',
        'FALLBACK must be one of on, off; it holds "maybe"',
        'ROLE must be one of all, console, gateway, worker; it holds "boss"',
        'PUBLIC_URL must be an http(s) URL; it holds "ftp://example.com"',
        expect.stringMatching(/^R2_PUBLIC_URL must be an address without \? and #/),
        expect.stringMatching(/^R2_ACCESS_KEY_ID is missing/),
        expect.stringMatching(/^R2_SECRET_ACCESS_KEY is missing/),
        expect.stringMatching(/^R2_ACCOUNT_ID \(or R2_ENDPOINT\) is missing/),
      ]),
    );
    expect(faults).toHaveLength(9);
  });

  it("shows no secret, in no fault and in no printing of the configuration", () => {
    const secrets = Object.fromEntries(SECRET_VARIABLES.map((name) => [name, CANARY]));
    const faults = faultsOf({
      ...secrets,
      SCENARIO_API_SECRET: `${CANARY}-other`,
      SWITCHYARD_SECRET: CANARY.slice(0, 31),
    });
    expect(faults.length).toBeGreaterThanOrEqual(3);
    expect(faults.join("\n")).not.toContain(CANARY.slice(0, 12));

    const config = parseConfig({
      ...secrets,
      DATABASE_URL: `postgres://me:${CANARY}@db.example.com/switchyard`,
      SWITCHYARD_SECRET: CANARY.padEnd(40, "x"),
      SMTP_URL: `smtps://me:${CANARY}@mail.example.com`,
      SLACK_WEBHOOK_URL: `https://hooks.example.com/${CANARY}`,
      R2_BUCKET: "pictures",
      R2_ACCOUNT_ID: "account",
    });
    const printed = [
      JSON.stringify([config, config.providerSettings("production")]),
      inspect([config, config.providerSettings("production")], { depth: 10, showHidden: true }),
      `${config.databaseUrl} ${config.secret} ${config.r2?.secretAccessKey}`,
    ].join("\n");
    expect(printed).not.toContain(CANARY);
    expect(printed).toContain("[secret]");
    expect(config.databaseUrl?.reveal()).toContain(CANARY);
  });

  it.each([
    ["runpod", "comfyui"],
    ["comfyui", "comfyui"],
    ["scenario", "scenario"],
    ["RunPod", "comfyui"],
  ])("takes IMAGE_GENERATION_PROVIDER=%s as %s", (word, id) => {
    expect(parseConfig({ IMAGE_GENERATION_PROVIDER: word }).imageGenerationProvider).toBe(id);
  });

  it("takes either name of Scenario's secret, and refuses two that differ", () => {
    const missing = (env: Environment) =>
      parseConfig({ SCENARIO_API_KEY: "key", ...env }).missingVariables("production", "scenario");
    expect(missing({})).toEqual(["SCENARIO_SECRET_API_KEY"]);
    expect(missing({ SCENARIO_SECRET_API_KEY: "one" })).toEqual([]);
    expect(missing({ SCENARIO_API_SECRET: "one" })).toEqual([]);
    expect(missing({ SCENARIO_API_SECRET: "one", SCENARIO_SECRET_API_KEY: "one" })).toEqual([]);
    expect(faultsOf({ SCENARIO_API_SECRET: "one", SCENARIO_SECRET_API_KEY: "two" })).toEqual([
      "SCENARIO_SECRET_API_KEY and SCENARIO_API_SECRET differ: keep one",
    ]);
  });

  it("names what each provider still needs", () => {
    const config = parseConfig({ RUNPOD_API_KEY: "key" });
    expect(config.missingVariables("production", "comfyui")).toEqual(["RUNPOD_COMFYUI_ENDPOINT_ID"]);
    expect(config.missingVariables("production", "scenario")).toEqual(["SCENARIO_API_KEY", "SCENARIO_SECRET_API_KEY"]);
    expect(configuredProviders(config, "production")).toEqual([]);
  });

  it("points the sandbox environment, and no other, at the sandbox", () => {
    const alone = parseConfig({ SWITCHYARD_SANDBOX_CONNECTION: CONNECTION });
    expect(alone.environments).toEqual(["sandbox"]);
    expect(alone.defaultEnvironment).toBe("sandbox");
    expect(alone.providerSettings("sandbox").comfyui.baseUrl).toBe("http://127.0.0.1:1/v2");
    expect(configuredProviders(alone, "sandbox")).toEqual(["scenario", "comfyui"]);

    const beside = parseConfig({ SWITCHYARD_SANDBOX_CONNECTION: CONNECTION, RUNPOD_API_KEY: "real" });
    expect(beside.environments).toEqual(["production", "staging", "sandbox"]);
    expect(beside.providerSettings("production").comfyui.baseUrl).toBe("https://api.runpod.ai/v2");
    expect(beside.providerSettings("production").comfyui.apiKey?.reveal()).toBe("real");
    expect(beside.providerSettings("sandbox").comfyui.apiKey?.reveal()).toBe("rpa_SANDBOX");
  });

  it("refuses a sandbox without a connection, and names that may not be", () => {
    expect(() => parseConfig({}).providerSettings("sandbox")).toThrow(/sandbox is not running/);
    expect(faultsOf({ SWITCHYARD_SANDBOX_CONNECTION: "{" })[0]).toMatch(/SWITCHYARD_SANDBOX_CONNECTION must be/);
    expect(faultsOf({ SWITCHYARD_ENVIRONMENTS: "production,sandbox" })[0]).toMatch(/sandbox is made by itself/);
    expect(faultsOf({ SWITCHYARD_ENVIRONMENT: "nowhere" })[0]).toMatch(/must be one of production, staging/);
    expect(faultsOf({ SWITCHYARD_ENVIRONMENT: "sandbox" })).toEqual([]);
    expect(faultsOf({ SWITCHYARD_ENVIRONMENT: "sandbox", SWITCHYARD_SANDBOX: "off" })).toHaveLength(1);
  });
});

describe("wantsSandbox", () => {
  it.each<[Environment, boolean]>([
    [{}, true],
    [{ SCENARIO_API_KEY: " " }, true],
    [{ SCENARIO_API_KEY: "key" }, false],
    [{ RUNPOD_API_KEY_FILE: "/run/secrets/key" }, false],
    [{ RUNPOD_API_KEY: "key", SWITCHYARD_SANDBOX: "on" }, true],
    [{ SWITCHYARD_SANDBOX: "off" }, false],
  ])("%j: %s", (env, wanted) => {
    expect(wantsSandbox(env)).toBe(wanted);
  });
});

describe("secrets from files", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "switchyard-test-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("reads NAME_FILE for every secret, trimmed", () => {
    const path = join(folder, "key");
    writeFileSync(path, `${CANARY}\n`);
    const config = parseConfig({ RUNPOD_API_KEY_FILE: path, RUNPOD_COMFYUI_ENDPOINT_ID: "abc" });
    expect(config.providerSettings("production").comfyui.apiKey?.reveal()).toBe(CANARY);
    expect(config.missingVariables("production", "comfyui")).toEqual([]);
  });

  it("names a file that cannot be read, and a secret that is given twice", () => {
    const path = join(folder, "missing");
    expect(faultsOf({ RUNPOD_API_KEY_FILE: path })).toEqual([`RUNPOD_API_KEY_FILE: cannot read ${path} (ENOENT)`]);
    expect(faultsOf({ SCENARIO_API_KEY: CANARY, SCENARIO_API_KEY_FILE: path })).toEqual([
      "SCENARIO_API_KEY and SCENARIO_API_KEY_FILE are both set: keep one",
    ]);
  });
});

describe(".env.example", () => {
  const text = readFileSync(join(projectRoot(), ".env.example"), "utf8");
  const lines = text.split("\n").flatMap((line) => {
    const match = /^# ([A-Z][A-Z0-9_]*)=(.*)$/.exec(line);
    return match ? [{ name: match[1], value: match[2] }] : [];
  });

  it("shows every variable once, with its default", () => {
    const expected = configVariables().map(({ name, default: assumed }) => ({ name, value: assumed ?? "" }));
    const byName = (a: { name?: string }, b: { name?: string }) => (a.name ?? "").localeCompare(b.name ?? "");
    expect([...lines].sort(byName)).toEqual([...expected].sort(byName));
  });

  it("is a configuration as it stands, also with every line taken in", () => {
    const taken = Object.fromEntries(lines.map(({ name, value }) => [name ?? "", value]));
    expect(faultsOf(taken)).toEqual([]);
  });
});
