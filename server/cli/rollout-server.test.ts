import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { jsonPost, startTestServer, type TestServer } from "@/server/http/testing/start-test-server";
import { type Sandbox, startSandbox } from "@/server/sandbox/start-sandbox";
import { type Finished, runCli } from "./testing/run-cli";

const LONG_MS = 240_000;
const REASON = ["--reason", "a step of the rollout"];

let folder: string;
let sandbox: Sandbox;
let server: TestServer;
let key: string;
/** The machine on which the server runs. */
let env: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "switchyard-cli-"));
  sandbox = await startSandbox({ seed: 7, clockFactor: 20, imageMode: "tiny", endpoint: { workersMin: 1 } });
  const settings = {
    SCENARIO_API_KEY: "",
    SCENARIO_SECRET_API_KEY: "",
    SCENARIO_API_URL: "",
    RUNPOD_API_KEY: "",
    RUNPOD_COMFYUI_ENDPOINT_ID: "",
    RUNPOD_API_URL: "",
    SWITCHYARD_SANDBOX_CONNECTION: JSON.stringify({ urls: sandbox.urls, credentials: sandbox.credentials }),
  };
  server = await startTestServer({ env: { ROLE: "all", ...settings } });
  ({ key } = await server.makeKey({ scopes: ["generate", "read", "report", "operate"], environment: "sandbox" }));
  env = { ...settings, DATABASE_URL: server.databaseUrl, SWITCHYARD_DATA_DIR: join(folder, "data") };
});
afterAll(async () => {
  await server.stop();
  await sandbox.stop();
  rmSync(folder, { recursive: true, force: true });
});

const cli = (...args: string[]) => runCli(args, env);
const json = ({ stdout }: Finished) => JSON.parse(stdout);
const decision = async () => (await server.call("/api/v1/decision?key=user-7", { key })).json();
const toCandidate = () => cli("provider", "comfyui", ...REASON, "--override", "override", "--json");

it(
  "moves the running server's traffic there and back; two at once do it once, and nothing leaks",
  async () => {
    expect(json(await toCandidate())).toMatchObject({ changed: true, candidateShareBp: 10_000 });
    expect(await decision()).toMatchObject({ provider: "comfyui", revision: 2 });
    const made = await server.call("/api/v1/generations", {
      key,
      ...jsonPost({ operation: "txt2img", prompt: "a slow fox [fault:slow=60]" }),
    });
    expect(made.status).toBe(202);
    const { id } = await made.json();
    const read = async () => (await server.call(`/api/v1/generations/${id}`, { key })).json();
    for (const untilMs = Date.now() + 60_000; (await read()).attempts.length === 0; ) {
      if (Date.now() > untilMs) throw new Error("the generation was never sent");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }

    const [one, two] = (await Promise.all([cli("rollback", "--json"), cli("rollback", "--json")])).map(json);
    expect([one.changed, two.changed].sort()).toEqual([false, true]);
    expect([one.revision, two.revision]).toEqual([3, 3]);
    expect(one.changed ? one.stopwatch : two.stopwatch).toMatchObject({ inFlight: 1, leaked: 0 });
    expect(await decision()).toMatchObject({ provider: "scenario", revision: 3 });
    // What was there ends there.
    expect(await read()).toMatchObject({ provider: "comfyui", attempts: [{ provider: "comfyui" }] });
    await server.call(`/api/v1/generations/${id}`, { key, method: "DELETE" });
  },
  LONG_MS,
);

it(
  "goes to the server that the key opens, and touches nothing on this machine",
  async () => {
    const remote = {
      SWITCHYARD_URL: server.url,
      SWITCHYARD_API_KEY: key,
      SWITCHYARD_DATA_DIR: join(folder, "never made"),
    };
    await cli("resume", "--reason", "tried and fixed");
    await toCandidate();
    const done = await runCli(["rollback", "--reason", "from the pager", "--json"], remote);
    expect(done).toMatchObject({ code: 0 });
    expect(json(done)).toMatchObject({ changed: true, previousShareBp: 10_000, environment: "sandbox" });
    expect(await decision()).toMatchObject({ provider: "scenario" });
    expect((await runCli(["rollback"], remote)).stdout).toContain("nothing to take back in sandbox");

    const { key: reader } = await server.makeKey({ scopes: ["read"], environment: "sandbox" });
    const refused = await runCli(["rollback"], { ...remote, SWITCHYARD_API_KEY: reader });
    expect(refused).toMatchObject({ code: 4, stdout: "" });
    expect(refused.stderr).toContain("operate");
  },
  LONG_MS,
);
