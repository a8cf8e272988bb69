import { afterAll, beforeAll, expect, it } from "vitest";
import { parseConfig } from "@/server/config";
import { newId } from "@/server/domain/ids";
import { PROVIDER_IDS, type ProviderId } from "@/server/domain/vocabulary";
import { type Sandbox, startSandbox } from "@/server/sandbox/start-sandbox";
import { type AdapterContext, provokeMissingModel, provokeTimeout, provokeWrongKey } from "./provoke-adapter";

let sandbox: Sandbox;
let context: (provider: ProviderId) => AdapterContext;
beforeAll(async () => {
  sandbox = await startSandbox({ seed: 3, clockFactor: 50 });
  const { urls, credentials } = sandbox;
  // An installation with real credentials, whose providers happen to be the sandbox.
  const config = parseConfig({
    SCENARIO_API_URL: `${urls.scenario}/v1`,
    SCENARIO_API_KEY: credentials.scenarioApiKey,
    SCENARIO_SECRET_API_KEY: credentials.scenarioSecret,
    RUNPOD_API_URL: `${urls.runpodJobs}/v2`,
    RUNPOD_API_KEY: credentials.runpodApiKey,
    RUNPOD_COMFYUI_ENDPOINT_ID: credentials.endpointId,
  });
  context = (provider) => ({
    deps: { config },
    run: { id: newId(), environment: "production", provider },
    signal: AbortSignal.timeout(60_000),
  });
});
afterAll(() => sandbox.stop());

const CASES = [
  ["wrong key", provokeWrongKey, "provider", ["auth_failed"]],
  ["unknown model", provokeMissingModel, "fault proxy", ["model_not_found"]],
  ["time-out", provokeTimeout, "fault proxy", ["timeout", "cold_start_timeout"]],
] as const;

it.each(CASES.flatMap((row) => PROVIDER_IDS.map((provider) => [provider, ...row] as const)))(
  "%s, %s: comes back as its mode, and the real provider gets no job from it",
  async (provider, _name, provoke, where, modes) => {
    const found = await provoke(context(provider));
    expect(modes).toContain(found.mode);
    expect(found).toMatchObject({ where });
    expect(found.problem).toBeUndefined();
    const { entries } = (await (await fetch(`${sandbox.urls.control}/ledger`)).json()) as { entries: unknown[] };
    expect(entries).toEqual([]);
  },
);

it("says which key was wrongly accepted, and leaves no job there", async () => {
  const strict = context("comfyui");
  const real = strict.deps.config.providerSettings("production");
  // A proxy on the way that signs in for everybody.
  const { createServer } = await import("node:http");
  const open = createServer((incoming, outgoing) => {
    incoming.resume();
    const isCancel = /\/cancel\//.test(incoming.url ?? "");
    outgoing.writeHead(200, { "content-type": "application/json" });
    outgoing.end(JSON.stringify({ id: "job-1", status: isCancel ? "CANCELLED" : "IN_QUEUE" }));
  });
  await new Promise<void>((resolve) => open.listen(0, "127.0.0.1", resolve));
  const address = open.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const settings = { ...real, comfyui: { ...real.comfyui, baseUrl: `http://127.0.0.1:${port}/v2` } };
  try {
    const loose = { ...strict, deps: { config: { providerSettings: () => settings } } };
    await expect(provokeWrongKey(loose)).rejects.toThrow(/a wrong key was accepted, and job job-1 was cancelled/);
  } finally {
    open.closeAllConnections();
    open.close();
  }
});
