import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { attempts, environments, generations, rolloutRevisions } from "@/db/schema";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { newId } from "@/server/domain/ids";
import { overview } from "./overview";

const HOUR = 3_600_000;
const start = Date.UTC(2026, 10, 20, 12, 0);
const window = { environment: "production", fromMs: start, toMs: start + 3 * HOUR, includeTests: false };

let database: TestDatabase;
let connection: Connection;

type Row = Partial<typeof generations.$inferInsert> & { atMs?: number };

async function add({ atMs = start, ...row }: Row): Promise<string> {
  const id = newId(atMs);
  await connection.db.insert(generations).values({
    id,
    environment: "production",
    scope: "key:test",
    bodyHash: "",
    source: "api",
    operation: "txt2img",
    state: "succeeded",
    provider: "comfyui",
    revision: 2,
    fallbackAllowed: true,
    createdAt: new Date(atMs),
    finishedAt: row.state === "queued" ? null : new Date(atMs + 1_000),
    deadlineAt: new Date(atMs + HOUR),
    ...row,
  });
  return id;
}

beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  const { db } = connection;
  await db.insert(environments).values({ name: "production", currentRevision: 2 });
  for (const number of [1, 2])
    await db.insert(rolloutRevisions).values({
      id: newId(),
      environment: "production",
      number,
      candidateShareBp: number * 1000,
      phase: "gradual",
      salt: "s",
      source: "console",
      actor: "ada@example.com",
    });
  // 100 latencies of 10, 20 … 1000 ms: by linear interpolation p50 = 505, p95 = 950.5, p99 = 990.1.
  for (let n = 1; n <= 100; n += 1)
    await add({
      latencyMs: n * 10,
      coldClass: n <= 80 ? "warm" : n <= 90 ? "cold" : n <= 95 ? "queued" : "unknown",
      costMicros: 2_000,
      baselineMicros: n === 1 ? null : 75_000,
      atMs: start + (n % 2) * HOUR,
    });
  const failed = await add({ state: "failed", failureMode: "out_of_memory", latencyMs: 99_999 });
  await add({ state: "failed", failureMode: "out_of_memory" });
  await add({ state: "failed", failureMode: null });
  await add({ state: "cancelled", failureMode: "cancelled" });
  await add({ state: "queued" });
  await add({ provider: "scenario", latencyMs: 5_000, costMicros: 75_000, baselineMicros: 75_000 });
  // None of these is of the window's population.
  await add({ source: "playground", latencyMs: 1_000_000 });
  await add({ environment: "staging", latencyMs: 1_000_000 });
  await add({ atMs: start - 1, latencyMs: 1_000_000 });
  await add({ atMs: start + 3 * HOUR, latencyMs: 1_000_000 });
  const receipt = {} as typeof attempts.$inferInsert.receipt;
  for (const [number, state] of [
    [1, "failed"],
    [2, "succeeded"],
    [3, "submitted"],
    [4, "ambiguous"],
  ] as const)
    await db.insert(attempts).values({
      id: newId(),
      generationId: failed,
      number,
      environment: "production",
      provider: "comfyui",
      reason: "primary",
      revision: 2,
      receipt,
      state,
      deadlineAt: new Date(start),
    });
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

describe("overview", () => {
  it("counts callers' generations of the window, exactly", async () => {
    const { providers, revision, revisions, sources } = await overview(connection.db, window);
    expect(sources).toEqual(["api", "cli"]);
    expect(revision).toMatchObject({ number: 2, candidateShareBp: 2000, actor: "ada@example.com" });
    expect(revisions.map((row) => row.number)).toEqual([2, 1]);
    const candidate = providers.find((entry) => entry.provider === "comfyui");
    expect(candidate).toMatchObject({
      generations: 105,
      open: 1,
      succeeded: 100,
      failed: 3,
      cancelled: 1,
      successRate: 100 / 103,
      attempts: 3,
      attemptsFailed: 2,
      latency: { n: 100, latencyMsP50: 505, latencyMsP95: 951, latencyMsP99: 990 },
      latencyWarm: { n: 80, latencyMsP50: 405 },
      coldCount: 10,
      coldKnown: 95,
      costMicros: 200_000,
      priced: 99,
      baselineMicros: 99 * 75_000,
      savingsMicros: 99 * 73_000,
    });
    expect(candidate?.failures.map(({ mode, count }) => [mode, count])).toEqual([
      ["out_of_memory", 2],
      ["unknown", 1],
    ]);
  });

  it("fills every hour of the window, and counts what people tried out only when asked", async () => {
    const { requestsPerHour, providers } = await overview(connection.db, { ...window, includeTests: true });
    expect(requestsPerHour.map((point) => [point.startMs, point.counts.comfyui, point.counts.scenario])).toEqual([
      [start, 56, 1],
      [start + HOUR, 50, 0],
      [start + 2 * HOUR, 0, 0],
    ]);
    expect(providers.find((entry) => entry.provider === "comfyui")?.generations).toBe(106);
  });

  it("knows nothing of an environment without rows, and says so with null", async () => {
    const { revision, providers } = await overview(connection.db, { ...window, environment: "moon" });
    expect(revision).toBeNull();
    expect(providers).toMatchObject([
      { successRate: null, latency: { n: 0, latencyMsP50: null } },
      { successRate: null, latency: { n: 0, latencyMsP50: null } },
    ]);
  });
});
