import { afterAll, beforeAll, expect, it } from "vitest";
import { parseConfig } from "@/server/config";
import { newId } from "@/server/domain/ids";
import { PROVIDER_IDS, type ProviderId } from "@/server/domain/vocabulary";
import { type Sandbox, startSandbox } from "@/server/sandbox/start-sandbox";
import { type AdapterContext, provokeWrongKey } from "./provoke-wrong-key";

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

it.each(PROVIDER_IDS)("a wrong key is refused by %s itself, as such, and leaves no job there", async (provider) => {
  const found = await provokeWrongKey(context(provider));
  expect(found).toMatchObject({ where: "provider", mode: "auth_failed" });
  expect(found.problem).toBeUndefined();
  expect(sandbox.ledger.entries()).toEqual([]);
});

it.each(PROVIDER_IDS)("says that %s took a wrong key, and stops the job", async (provider) => {
  sandbox.addFault({ fault: "any_key" });
  try {
    await expect(provokeWrongKey(context(provider))).rejects.toThrow(
      /^a wrong key was accepted, and job \S+ was (cancelled|not cancelled \(.+\))$/,
    );
  } finally {
    sandbox.removeFaults();
  }
});
