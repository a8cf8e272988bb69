import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { GenerationDetail } from "@/server/domain/generation-view";
import { startTestServer, type TestServer } from "@/server/http/testing/start-test-server";
import { type Sandbox, startSandbox } from "@/server/sandbox/start-sandbox";
import { runCli } from "./testing/run-cli";

let folder: string;
let sandbox: Sandbox;
let server: TestServer;
let env: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "switchyard-cli-"));
  sandbox = await startSandbox({ seed: 7, clockFactor: 20, imageMode: "tiny", endpoint: { workersMin: 1 } });
  server = await startTestServer({
    env: {
      ROLE: "all",
      SCENARIO_API_KEY: "",
      SCENARIO_SECRET_API_KEY: "",
      SCENARIO_API_URL: "",
      RUNPOD_API_KEY: "",
      RUNPOD_COMFYUI_ENDPOINT_ID: "",
      RUNPOD_API_URL: "",
      SWITCHYARD_SANDBOX_CONNECTION: JSON.stringify({ urls: sandbox.urls, credentials: sandbox.credentials }),
    },
  });
  const { key } = await server.makeKey({ scopes: ["generate", "read", "choose_provider"], environment: "sandbox" });
  env = {
    SWITCHYARD_URL: server.url,
    SWITCHYARD_API_KEY: key,
    SWITCHYARD_DATA_DIR: join(folder, "never made"),
    SWITCHYARD_CALLER_DIR: folder,
  };
});
afterAll(async () => {
  await server.stop();
  await sandbox.stop();
  rmSync(folder, { recursive: true, force: true });
});

it("makes, lists, explains and cancels by the key, without touching this machine's data", async () => {
  const made = await runCli(
    ["generate", "a red fox", "--provider", "comfyui", "--size", "256x256", "--out", "fox.png", "--json"],
    env,
  );
  expect(made).toMatchObject({ code: 0 });
  const detail = JSON.parse(made.stdout) as GenerationDetail;
  expect(detail).toMatchObject({ state: "succeeded", source: "cli", caller: "test app", environment: "sandbox" });
  expect(await sharp(readFileSync(join(folder, "fox.png"))).metadata()).toMatchObject({ width: 256, height: 256 });

  const [list, explained, cancelled] = await Promise.all([
    runCli(["generations", "--state", "succeeded", "--search", "red fox"], env),
    runCli(["explain", detail.id], env),
    runCli(["cancel", detail.id], env),
  ]);
  expect(list.stdout).toContain(detail.id);
  expect(explained).toMatchObject({ code: 0 });
  expect(cancelled).toMatchObject({ code: 1 });
});

it("says the server's rules in the command's words", async () => {
  const refused = await runCli(["generate", "x", "--size", "100x100", "--provider", "comfyui"], env);
  expect(refused.stderr).toMatch(/--width must be from 256 to 2048 and a multiple of 16 for ComfyUI, not 100/);
  expect(refused).toMatchObject({ code: 2, stdout: "" });
});

it("ends with 4 on a key that does not open, a scope that is missing, and a server that is not there", async () => {
  const { key } = await server.makeKey({ scopes: ["read"], environment: "sandbox" });
  const [unknown, readOnly, away] = await Promise.all([
    runCli(["generations"], { ...env, SWITCHYARD_API_KEY: "sy_nothing" }),
    runCli(["generate", "x"], { ...env, SWITCHYARD_API_KEY: key }),
    runCli(["generations"], { ...env, SWITCHYARD_URL: "http://127.0.0.1:9" }),
  ]);
  expect(unknown).toMatchObject({ code: 4, stdout: "" });
  expect(readOnly).toMatchObject({ code: 4, stdout: "" });
  expect(readOnly.stderr).toContain("generate");
  expect(away).toMatchObject({ code: 4, stdout: "" });
  expect(away.stderr).toContain("no Switchyard answers at http://127.0.0.1:9");
  expect(unknown.stderr + readOnly.stderr + away.stderr).not.toContain(key);
});
