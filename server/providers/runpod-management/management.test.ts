import { describe, expect, it } from "vitest";
import type { EndpointSettings } from "@/server/domain/endpoint/settings";
import { Secret } from "@/server/domain/secret";
import { AppError } from "@/server/errors";
import { idle, type Reply, recordingSend, type SentCall } from "../test-kit";
import { createRunpodManagement } from "./api";
import { toPatch } from "./transform";

const KEY = "rpa_very_secret";
/** The document of RunPod's own reference, with a credential where people keep theirs. */
const endpoint = {
  id: "4m7x2k9q",
  name: "flux-fp8",
  type: "QUEUE",
  image: "runpod/worker-comfyui:5.8.5-flux1-dev-fp8",
  env: { HF_TOKEN: "hf_secret" },
  gpu: { pools: ["ADA_24"], count: 1, allowedCudaVersions: [], minCudaVersion: null },
  workers: { min: 0, max: 3, idleTimeout: 5 },
  scaling: { type: "QUEUE_DELAY", queueDelay: 4 },
  dataCenterIds: ["US-KS-2"],
  timeout: 0,
  flashboot: "FLASHBOOT",
};
const settings: EndpointSettings = {
  name: "flux-fp8",
  image: "runpod/worker-comfyui:5.8.5-flux1-dev-fp8",
  gpuPools: ["ADA_24"],
  gpuCount: 1,
  workersMin: 0,
  workersMax: 3,
  idleTimeoutS: 5,
  scaling: { type: "QUEUE_DELAY", queueDelayS: 4 },
  executionTimeoutMs: null,
  flashboot: "FLASHBOOT",
  dataCenterIds: ["US-KS-2"],
};

function managementWith(reply: (call: SentCall) => Reply, now = () => 1_000) {
  const { send, calls } = recordingSend(reply);
  const options = { baseUrl: "https://api.runpod.io/v2", endpointId: "4m7x2k9q", apiKey: new Secret(KEY), send, now };
  return { management: createRunpodManagement(options), calls };
}

async function refusal(reply: Reply): Promise<AppError> {
  const { management } = managementWith(() => reply);
  const error: unknown = await management.endpoint(idle()).catch((caught: unknown) => caught);
  if (!AppError.is(error)) throw new Error(`expected an AppError, got ${String(error)}`);
  return error;
}

describe("reading", () => {
  it("takes the settings and nothing that may be a credential", async () => {
    const { management, calls } = managementWith(() => ({ json: endpoint }));
    expect(await management.endpoint(idle())).toEqual(settings);
    expect(calls[0]).toMatchObject({ method: "GET", path: "/v2/serverless/4m7x2k9q" });
    expect(calls[0]?.headers?.authorization).toBe(`Bearer ${KEY}`);
  });

  it("asks for the endpoint's own bill, not for that of public endpoints, and keeps it in micro-dollars", async () => {
    const record = { startTime: "2026-11-22T10:00:00Z", endTime: "2026-11-22T11:00:00Z", serverlessId: "4m7x2k9q" };
    const amounts = { totalAmount: 0.42, gpuAmount: 0.4, cpuAmount: 0, diskAmount: 0.01, feeAmount: 0.01 };
    const { management, calls } = managementWith(() => ({ json: { records: [{ ...record, ...amounts }] } }));
    const fromMs = Date.UTC(2026, 10, 22);
    expect(await management.billing({ fromMs, toMs: fromMs + 86_400_000 }, idle())).toMatchObject([
      { fromMs: fromMs + 10 * 3_600_000, totalMicros: 420_000, gpuMicros: 400_000, diskMicros: 10_000 },
    ]);
    expect(calls[0]?.path).toMatch(/^\/v2\/billing\/serverless\?serverlessId=4m7x2k9q&bucketSize=hour&startTime=2026/);
  });

  it("keeps a GPU's price by the hour, so that no second is rounded", async () => {
    const price = { secure: 0.44, community: 0.31, serverless: 1.1 };
    const gpu = { id: "NVIDIA GeForce RTX 4090", name: "RTX 4090", pool: "ADA_24", memory: 24, price };
    const { management } = managementWith(() => ({ json: { gpus: [gpu, { id: "NVIDIA X", price: null }] } }));
    expect(await management.gpus(idle())).toMatchObject([
      { pool: "ADA_24", memoryGb: 24, price: { micros: 1_100_000, per: 3_600 } },
      { name: "NVIDIA X", price: null },
    ]);
  });

  it("names the live workers with their GPU, and counts them where no summary does", async () => {
    const worker = { id: "8g3n5t6r", status: "RUNNING", isStale: false, version: 4, gpuTypeId: "NVIDIA L4" };
    const { management } = managementWith(() => ({ json: { endpointVersion: 4, workers: [worker] } }));
    expect(await management.workers(idle())).toMatchObject({
      counts: { running: 1, idle: 0, unhealthy: 0 },
      workers: [{ id: "8g3n5t6r", state: "running", gpuType: "NVIDIA L4" }],
    });
  });

  it("lists releases the newest first, without values of the environment", async () => {
    const diff = [
      { field: "env.HF_TOKEN", old: "hf_secret", new: "hf_other" },
      { field: "workers.max", old: 5, new: 10 },
    ];
    const releases = [
      { version: 1, createdAt: "2026-06-01T12:00:00Z" },
      { version: 4, createdAt: "2026-06-01T12:10:00Z", diff },
    ];
    const { management } = managementWith(() => ({ json: { endpointVersion: 4, releases } }));
    const read = await management.releases(idle());
    expect(read).toMatchObject([
      { version: 4, isCurrent: true, changes: [{ before: "set" }, { field: "workers.max", before: "5", after: "10" }] },
      { version: 1, isCurrent: false, changes: [] },
    ]);
    expect(JSON.stringify(read)).not.toContain("hf_");
  });
});

describe("changing", () => {
  it.each([
    ["a minimum goes with what stands beside it", { workersMin: 1 }, { workers: { min: 1, max: 3, idleTimeout: 5 } }],
    [
      "the idle time-out is left out with REQUEST_COUNT, which refuses it",
      { workersMax: 5, scaling: { type: "REQUEST_COUNT" as const, requestCount: 2 } },
      { workers: { min: 0, max: 5 }, scaling: { type: "REQUEST_COUNT", requestCount: 2 } },
    ],
    ["a GPU type keeps its count", { gpuPools: ["AMPERE_24"] }, { gpu: { pools: ["AMPERE_24"], count: 1 } }],
    ["nothing else is sent", { flashboot: "OFF" as const }, { flashboot: "OFF" }],
  ])("%s", (_name, change, body) => {
    expect(toPatch(settings, change)).toEqual(body);
  });

  it("gives back what RunPod made of it", async () => {
    const { management, calls } = managementWith(({ json }) => ({ json: { ...endpoint, ...(json as object) } }));
    expect(await management.change(settings, { workersMin: 1 }, idle())).toMatchObject({ workersMin: 1 });
    expect(calls[0]).toMatchObject({ method: "PATCH", json: { workers: { min: 1, max: 3, idleTimeout: 5 } } });
  });
});

describe("a refusal", () => {
  const problem = (status: number, detail: string, more: object = {}) => ({
    status,
    json: { title: "x", status, detail, ...more },
  });
  it.each([
    [401, "NOT_CONFIGURED", /does not know the key.*RUNPOD_API_KEY must be/],
    [403, "NOT_CONFIGURED", /RUNPOD_API_KEY must be a key with the permission All.*read and write this endpoint/],
    [404, "NOT_FOUND", /no endpoint 4m7x2k9q: check RUNPOD_COMFYUI_ENDPOINT_ID/],
    [500, "UNAVAILABLE", /did not answer as it should: internal error/],
  ])("%i is %s in words that say what to do", async (status, code, words) => {
    const error = await refusal(problem(status, "internal error"));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
  });

  it("422 names every field and rule", async () => {
    const error = await refusal(problem(422, "validation failed", { errors: ["workers.min: must not be above max"] }));
    expect(error).toMatchObject({
      code: "UNPROCESSABLE",
      problems: [{ field: "workers.min", rule: "must not be above max" }],
    });
  });

  it("never repeats the key", async () => {
    expect((await refusal(problem(400, `bad ${KEY}`))).message).not.toContain(KEY);
  });

  it("429 is waited for: nothing is sent before the limit resets", async () => {
    let nowMs = 1_000;
    const { management, calls } = managementWith(
      () => ({ status: 429, headers: { "retry-after": "12" }, json: { detail: "rate limit exceeded" } }),
      () => nowMs,
    );
    const asked = () => management.endpoint(idle()).catch((caught: unknown) => caught);
    expect(await asked()).toMatchObject({ code: "TOO_MANY_REQUESTS", retryAfterS: 12 });
    nowMs += 4_000;
    expect(await asked()).toMatchObject({ code: "TOO_MANY_REQUESTS", retryAfterS: 8 });
    expect(calls).toHaveLength(1);
    nowMs += 8_000;
    await asked();
    expect(calls).toHaveLength(2);
  });

  it("reads from every answer how many calls are left", async () => {
    const headers = { ratelimit: '"minute";r=1;t=12, "hour";r=2800;t=1812' };
    const { management } = managementWith(() => ({ headers, json: endpoint }));
    expect(management.remaining()).toBeNull();
    await management.endpoint(idle());
    expect(management.remaining()).toBe(1);
  });
});
