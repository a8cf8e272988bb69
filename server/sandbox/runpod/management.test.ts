import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../http";
import { testSandbox, txt2img, until } from "../test-kit";

let kit: Awaited<ReturnType<typeof testSandbox>>;
let id = "";
beforeAll(async () => {
  kit = await testSandbox({ rateLimits: false });
  id = kit.sandbox.credentials.endpointId;
});
afterAll(() => kit.sandbox.stop());

it("shows the endpoint with job URLs on the other host", async () => {
  const { status, body, headers } = await kit.management(`serverless/${id}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    id,
    type: "QUEUE",
    workers: { min: 0, max: 3, idleTimeout: 5 },
    scaling: { type: "QUEUE_DELAY", queueDelay: 4 },
    timeout: 600_000,
    flashboot: "OFF",
  });
  expect(String((body.requestUrls as JsonObject).run)).toBe(`${kit.sandbox.urls.runpodJobs}/v2/${id}/run`);
  expect(headers.get("ratelimit")).toMatch(/^"minute";r=\d+;t=\d+, "hour";r=/);
  expect(headers.get("ratelimit-policy")).toMatch(/"minute";q=60;w=60/);
  expect((await kit.management("serverless")).body).toMatchObject({ endpoints: [{ id }] });
});

describe("PATCH", () => {
  it("changes what is sent and answers with the whole endpoint", async () => {
    const { status, body } = await kit.management(`serverless/${id}`, { workers: { min: 1 } });
    expect([status, body.workers]).toEqual([200, { min: 1, max: 3, idleTimeout: 5 }]);
    expect(await until(async () => (await kit.jobs("health")).text.includes('"ready":1'))).toBe(true);
    await kit.management(`serverless/${id}`, { workers: { min: 0 } });
  });

  it.each([
    [{ type: "LB" }, "type"],
    [{ foo: 1 }, "foo"],
    [{ scaling: { type: "REQUEST_COUNT" } }, "scaling"],
    [{ workers: { min: 9 } }, "workers.min"],
    [{ workers: { idleTimeout: 0 } }, "workers.idleTimeout"],
    [{ workers: { idleTimeout: 10 }, scaling: { type: "REQUEST_COUNT", requestCount: 1 } }, "workers.idleTimeout"],
    [{ flashboot: true }, "flashboot"],
  ])("refuses %j with 422 and names %s", async (patch, field) => {
    const { status, body, headers } = await kit.management(`serverless/${id}`, patch);
    expect(status).toBe(422);
    expect(headers.get("content-type")).toBe("application/problem+json");
    expect(String(body.errors)).toContain(field);
  });

  it("leaves idleTimeout out with REQUEST_COUNT scaling", async () => {
    const { body } = await kit.management(`serverless/${id}`, { scaling: { type: "REQUEST_COUNT", requestCount: 2 } });
    expect(body).toMatchObject({ workers: { min: 0, max: 3 }, scaling: { type: "REQUEST_COUNT", requestCount: 2 } });
    expect(body.workers).not.toHaveProperty("idleTimeout");
    await kit.management(`serverless/${id}`, { scaling: { type: "QUEUE_DELAY", queueDelay: 4 } });
  });
});

it("names the workers with their GPU and no key called ready", async () => {
  await kit.management(`serverless/${id}`, { workers: { min: 1 } });
  await kit.runsync(txt2img("x", 1));
  const { body } = await kit.management(`serverless/${id}/workers`);
  expect(body).toMatchObject({
    endpointVersion: 1,
    summary: { total: 1 },
    workers: [{ id: expect.any(String), gpuTypeId: "NVIDIA GeForce RTX 4090", isStale: false }],
  });
  expect(body.summary).not.toHaveProperty("ready");
  await kit.management(`serverless/${id}`, { workers: { min: 0 } });
});

it("a changed image makes a release", async () => {
  await kit.management(`serverless/${id}`, { image: "sandbox/worker-comfyui:next" });
  const { body } = await kit.management(`serverless/${id}/releases`);
  expect(body).toMatchObject({
    endpointVersion: 2,
    releases: [
      { version: 2, diff: [{ field: "image", new: "sandbox/worker-comfyui:next" }] },
      { version: 1, diff: [] },
    ],
  });
});

it("the bill of past hours is what the workers took, the other bill is a trap of zeros", async () => {
  const billed = await until(async () => {
    const { body } = await kit.management(`billing/serverless?serverlessId=${id}&bucketSize=hour&lastN=1000`);
    const { records } = body as { records: JsonObject[] };
    return records.length > 0 ? body : null;
  });
  const { records, metadata } = billed as {
    records: { startTime: string; gpuAmount: number; totalAmount: number }[];
    metadata: JsonObject;
  };
  const sum = records.reduce((total, record) => total + record.totalAmount, 0);
  expect((metadata.totals as { totalAmount: number }).totalAmount).toBeCloseTo(sum, 6);
  for (const { startTime, gpuAmount } of records) {
    expect(startTime).toMatch(/T\d\d:00:00Z$/);
    expect(gpuAmount).toBeGreaterThan(0);
    expect(Date.parse(startTime) + 3_600_000).toBeLessThanOrEqual(kit.sandbox.now());
  }
  const trap = await kit.management("billing/endpoints");
  expect([trap.status, trap.body.records]).toEqual([200, []]);
  expect((await kit.management("billing/serverless?bucketSize=eon")).status).toBe(400);
});

it("prices GPUs by the hour", async () => {
  const { body } = await kit.management("catalog/gpus?include=AVAILABILITY&product=SERVERLESS");
  expect(body.gpus).toContainEqual(
    expect.objectContaining({ id: "NVIDIA GeForce RTX 4090", price: expect.objectContaining({ serverless: 1.1 }) }),
  );
});

it("refuses without a bearer, for another endpoint, another method and above its rate", async () => {
  const { urls } = kit.sandbox;
  const none = await kit.call(`${urls.runpodManagement}/v2/serverless/${id}`, {});
  expect([none.status, none.body.detail]).toEqual([401, "missing bearer token"]);
  expect((await kit.management("serverless/other")).status).toBe(404);
  const limited = await testSandbox({ clockFactor: 1 });
  let reply = await limited.management("serverless");
  for (let index = 0; index < 130 && reply.status === 200; index += 1) reply = await limited.management("serverless");
  expect(reply.status).toBe(429);
  expect(Number(reply.headers.get("retry-after"))).toBeGreaterThan(0);
  await limited.sandbox.stop();
});
