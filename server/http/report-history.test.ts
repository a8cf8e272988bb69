import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { toPoint } from "@/server/domain/metrics/point";
import { readMetrics } from "@/server/metrics/read-metrics";
import { rollUp } from "@/server/metrics/roll-up";
import { verifyRollups } from "@/server/metrics/verify-rollups";
import { jsonPost, startTestServer, type TestServer } from "./testing/start-test-server";

let server: TestServer;
let key: string;
beforeAll(async () => {
  server = await startTestServer();
  ({ key } = await server.makeKey({ scopes: ["report", "read", "generate"] }));
});
afterAll(() => server.stop());

const CREATED = Date.UTC(2026, 9, 1, 10);
const row = (id: string, change: object = {}) => ({
  id,
  provider: "runpod",
  operation: "txt2img",
  state: "succeeded",
  createdAt: CREATED,
  latencyMs: 4_000,
  ...change,
});
async function report(generations: unknown, extra: object = {}, by = key) {
  const response = await server.call("/api/v1/reports", { key: by, ...jsonPost({ generations, ...extra }) });
  return { status: response.status, body: await response.json() };
}
const stored = async () =>
  (await server.runtime.db.execute<{ n: number }>(sql`select count(*)::int as n from generations`)).rows[0]?.n;
const NOW = CREATED + 3_600_000;
const window = {
  environment: "production",
  fromMs: CREATED - 60_000,
  toMs: NOW,
  populations: ["reports"] as const,
};

it("counts what callers made themselves, with costs, baseline, attempts and failures", async () => {
  const answer = await report([
    row("m-1", { images: 2, delayMs: 300, executionMs: 3_100, coldClass: "warm", costMicros: 2_500 }),
    row("m-2", { latencyMs: null, finishedAt: CREATED + 47_000, coldClass: "cold" }),
    row("m-3", { state: "failed", failureMode: "out_of_memory", failureMessage: "CUDA", latencyMs: null }),
    row("m-4", { state: "cancelled", latencyMs: null, provider: "scenario" }),
  ]);
  expect(answer).toEqual({ status: 200, body: { environment: "production", accepted: 4, known: 0, refused: [] } });
  const read = async () => (await readMetrics(server.runtime.db, window, NOW)).totals();
  const before = await read();
  await rollUp(server.runtime.db, NOW);
  const { comfyui, scenario } = await read();
  expect(before).toEqual({ comfyui, scenario });
  expect(toPoint(comfyui)).toMatchObject({ generations: 3, succeeded: 2, failed: 1, attempts: 3, attemptsFailed: 1 });
  expect(comfyui.counters).toMatchObject({
    images: 2,
    costMicros: 2_500,
    priced: 1,
    deliveredImages: 2,
    comparable: 1,
  });
  expect(comfyui.counters.baselineMicros).toBeGreaterThan(0);
  expect(comfyui.sketches).toMatchObject({ delay: { n: 1 }, execution: { n: 1 }, latencyWarm: { n: 1 } });
  expect(scenario.counters).toMatchObject({ generations: 1, cancelled: 1, attempts: 0 });
  const callers = await readMetrics(server.runtime.db, { ...window, populations: ["callers"] }, NOW);
  expect(callers.totals().comfyui.counters.generations).toBe(0);
  expect(await verifyRollups(server.runtime.db, { environment: "production", nowMs: NOW })).toMatchObject({
    differences: 0,
    events: 8,
  });
});

it("shows a reported generation as one", async () => {
  await report([row("shown", { prompt: "a fox", width: 512, height: 512, stickyKey: "user-7", latencyMs: 5_151 })]);
  const list = await (await server.call("/api/v1/generations?search=fox", { key })).json();
  expect(list.rows).toHaveLength(1);
  const detail = await (await server.call(`/api/v1/generations/${list.rows[0].id}`, { key })).json();
  expect(detail).toMatchObject({
    source: "report",
    state: "succeeded",
    provider: "comfyui",
    latencyMs: 5_151,
    prompt: "a fox",
    stickyKey: "user-7",
    receipt: { rule: "reported", provider: "comfyui" },
    costMicros: null,
  });
});

it("stores a caller's id once, and says when it now means something else", async () => {
  const first = [row("i-1"), row("i-2")];
  expect((await report(first)).body).toMatchObject({ accepted: 2, known: 0 });
  const before = await stored();
  expect((await report([...first, row("i-3")])).body).toMatchObject({ accepted: 1, known: 2, refused: [] });
  expect((await report([row("i-1", { latencyMs: 9_000 })])).body).toMatchObject({
    accepted: 0,
    known: 0,
    refused: [{ index: 0, id: "i-1", problems: [{ field: "id", rule: "was reported before with other content" }] }],
  });
  expect(await stored()).toBe((before ?? 0) + 1);
  const { key: other } = await server.makeKey({ scopes: ["report"] });
  expect((await report(first, {}, other)).body).toMatchObject({ accepted: 2 });
});

it("is stored once by senders of the same batch at the same time", async () => {
  const rows = Array.from({ length: 1_200 }, (_, index) => row(`p-${index}`));
  const answers = await Promise.all([rows, [...rows].reverse(), rows].map((batch) => report(batch)));
  expect(answers.map(({ body }) => body.accepted + body.known)).toEqual([1_200, 1_200, 1_200]);
  expect(answers.reduce((sum, { body }) => sum + body.accepted, 0)).toBe(1_200);
});

it("refuses bad rows by index and rule, and keeps the good ones", async () => {
  const { status, body } = await report([
    row("b-1", { latencyMs: -5 }),
    row("b-2"),
    row("b-3", { provider: "nobody", costMicros: 1.5 }),
    row("b-2"),
    "nothing",
    row("b-4", { createdAt: Date.now() + 3_600_000 }),
  ]);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    accepted: 1,
    refused: [
      { index: 0, id: "b-1", problems: [{ field: "latencyMs", rule: "must not be negative" }] },
      { index: 2, id: "b-3", problems: [{ field: "provider" }, { field: "costMicros" }] },
      { index: 3, id: "b-2", problems: [{ field: "id", rule: "is the id of row 1 of this batch" }] },
      { index: 4, id: null, problems: [{ field: "row" }] },
      { index: 5, id: "b-4", problems: [{ field: "createdAt" }] },
    ],
  });
});

it.each([
  [{ generations: "x" }, 400, "generations"],
  [{}, 400, "generations"],
  [{ generations: Array.from({ length: 10_001 }, () => 0) }, 400, "generations"],
  [{ generations: [], environment: "staging" }, 403, null],
  [{ generations: [], rows: [] }, 400, "rows"],
])("refuses a batch that is none: %#", async (body, status, field) => {
  const response = await server.call("/api/v1/reports", { key, ...jsonPost(body) });
  expect(response.status).toBe(status);
  if (field) expect((await response.json()).errors[0].field).toBe(field);
});

it("refuses a body that is too long before reading it whole", async () => {
  const response = await server.call("/api/v1/reports", {
    key,
    method: "POST",
    body: Buffer.alloc(33 * 1024 * 1024, 0x20),
  });
  expect(response.status).toBe(413);
});
