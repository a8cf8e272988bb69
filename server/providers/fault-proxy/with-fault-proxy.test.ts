import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseConfig } from "@/server/config";
import type { ProvokedFault } from "@/server/domain/generation-request";
import { newId } from "@/server/domain/ids";
import { PROVIDER_IDS, type ProviderId } from "@/server/domain/vocabulary";
import { createProviders, type ProviderRegistry } from "../registry";
import { idle, listen, txt2img } from "../test-kit";
import type { ImageProvider } from "../types";

/** What the providers themselves are asked. */
let asked: string[] = [];
let real: Awaited<ReturnType<typeof listen>>;
beforeAll(async () => {
  real = await listen(({ url = "" }, response) => {
    asked.push(url);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ id: "job-1", status: "IN_QUEUE", job: { jobId: "job-1", status: "queued" } }));
  });
});
afterAll(() => real.close());

/** Two processes of one installation. */
let registries: ProviderRegistry[] = [];
beforeEach(() => {
  asked = [];
  const config = parseConfig({
    SCENARIO_API_URL: `${real.url}/v1`,
    SCENARIO_API_KEY: "key",
    SCENARIO_SECRET_API_KEY: "secret",
    RUNPOD_API_URL: `${real.url}/v2`,
    RUNPOD_API_KEY: "key",
    RUNPOD_COMFYUI_ENDPOINT_ID: "ep",
  });
  registries = [0, 1].map(() => createProviders(config.providerSettings("production")));
});
afterEach(() => Promise.all(registries.map((registry) => registry.close())));

function provider(id: ProviderId, process = 0): ImageProvider {
  const found = registries[process]?.get(id);
  if (!found) throw new Error(`${id} is not configured`);
  return found;
}

const submit = (at: ImageProvider, provokedFault?: ProvokedFault) =>
  at.submit(txt2img(provokedFault ? { provokedFault } : {}), {
    ...idle(),
    attemptId: newId(),
    webhookUrl: "http://127.0.0.1:9/hook",
    remainingMs: 60_000,
  });

describe.each(PROVIDER_IDS)("%s", (id) => {
  afterEach(() => {
    expect(asked).toEqual([]);
  });

  it("gets no job that is to time out: it waits at the proxy until it is cancelled, and is not billed", async () => {
    const { jobId, warnings } = await submit(provider(id), "never_finishes");
    expect(warnings).toEqual([expect.stringMatching(/fault proxy and not to/)]);
    expect(await provider(id).check(jobId, idle())).toMatchObject({ phase: "queued" });
    expect(await provider(id).cancel(jobId, idle())).toEqual({ cancelled: true, reason: null });
    expect(await provider(id).check(jobId, idle())).toMatchObject({
      phase: "cancelled",
      billedUnits: 0,
      timing: { delayMs: null, executionMs: null },
    });
  });

  it("gets no question about such a job from a process that has taken it over", async () => {
    const { jobId } = await submit(provider(id), "never_finishes");
    await registries[0]?.close();
    expect(await provider(id, 1).check(jobId, idle())).toMatchObject({ phase: "queued" });
    expect(await provider(id, 1).cancel(jobId, idle())).toMatchObject({ cancelled: true });
  });
});

it("a missing model comes back as RunPod's worker says it, after the job was taken", async () => {
  const { jobId, model } = await submit(provider("comfyui"), "missing_model");
  expect(model).toMatch(/no-such-model/);
  expect(await provider("comfyui").check(jobId, idle())).toMatchObject({
    phase: "failed",
    billedUnits: 0,
    error: { mode: "model_not_found", raw: expect.stringContaining("value_not_in_list") },
  });
  expect(asked).toEqual([]);
});

it("a missing model is refused as Scenario does, before there is a job", async () => {
  await expect(submit(provider("scenario"), "missing_model")).rejects.toMatchObject({
    mode: "model_not_found",
    maybeSent: false,
    httpStatus: 404,
  });
  expect(asked).toEqual([]);
});

it.each(PROVIDER_IDS)("what names no fault goes to %s itself, submit, question and cancel", async (id) => {
  const { jobId, warnings } = await submit(provider(id));
  expect({ jobId, warnings }).toEqual({ jobId: "job-1", warnings: [] });
  expect(await provider(id).check(jobId, idle())).toMatchObject({ phase: "queued" });
  await provider(id).cancel(jobId, idle());
  expect(asked).toHaveLength(3);
});
