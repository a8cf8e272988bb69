import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { decide } from "@/server/domain/decision";
import { setShare } from "@/server/engine/testing/set-share";
import { startSystem, TESTER, type TestSystem } from "@/server/engine/testing/start-system";
import type { StartedRuntime } from "@/server/start-runtime";
import { type Acceptance, createAcceptor } from "./accept";

let system: TestSystem;
let peer: StartedRuntime;
let connection: Connection;
beforeAll(async () => {
  // Nobody works on what is accepted here.
  system = await startSystem({ env: { ROLE: "gateway" } });
  peer = await system.startPeer();
  connection = connect({ url: system.databaseUrl, name: "test", ...POOL_LIMITS.worker });
});
afterAll(async () => {
  await connection.close();
  await peer.stop();
  await system.stop();
});

const params = {
  operation: "txt2img" as const,
  prompt: "a red fox",
  negativePrompt: null,
  width: 512,
  height: 512,
  steps: null,
  guidance: null,
  seed: 1,
  strength: null,
  count: 1,
};
const input = (change: Partial<Acceptance["input"]> = {}): Acceptance["input"] => ({
  principal: TESTER,
  environment: "sandbox",
  source: "api",
  params,
  image: null,
  provider: null,
  stickyKey: null,
  idempotencyKey: null,
  fallback: null,
  deadlineMs: null,
  ...change,
});
const acceptance = (change: Partial<Acceptance> = {}): Acceptance => ({
  input: input(),
  bodyHash: "00",
  fallbackAllowed: true,
  stickyKey: null,
  decide: (revision, stickyKey) =>
    decide({ revision, stickyKey, forced: null, unavailable: { scenario: null, comfyui: null } }),
  deadlineMs: () => 60_000,
  ...change,
});
const count = async () => {
  const { rows } = await system.pool.query<{ n: number }>("select count(*)::int as n from generations");
  return rows[0]?.n ?? 0;
};

describe("one key", () => {
  it("is one generation, of 500 at once through two processes", async () => {
    const before = await count();
    const request = input({ idempotencyKey: "order-500" });
    const results = await Promise.all(
      Array.from({ length: 500 }, (_, index) => (index % 2 ? system.runtime : peer.runtime).gateway.submit(request)),
    );
    expect(new Set(results.map((result) => result.id)).size).toBe(1);
    expect(results.filter((result) => result.created)).toHaveLength(1);
    expect(await count()).toBe(before + 1);
  });

  it("stands for one request: another body is refused by each process, and nothing is stored", async () => {
    await system.runtime.gateway.submit(input({ idempotencyKey: "order-501" }));
    const before = await count();
    const other = input({ idempotencyKey: "order-501", params: { ...params, prompt: "a blue fox" } });
    for (const { gateway } of [system.runtime, peer.runtime])
      await expect(gateway.submit(other)).rejects.toMatchObject({
        code: "UNPROCESSABLE",
        problems: [{ field: "Idempotency-Key" }],
      });
    expect(await count()).toBe(before);
  });

  it("belongs to its caller: another caller's same key is another generation", async () => {
    const mine = await system.runtime.gateway.submit(input({ idempotencyKey: "order-502" }));
    const principal = { ...TESTER, scope: "key:other" };
    const theirs = await system.runtime.gateway.submit(input({ idempotencyKey: "order-502", principal }));
    expect(theirs.id).not.toBe(mine.id);
  });
});

describe("accepting many in one commit", () => {
  it("does not fail a request for the row of its neighbour", async () => {
    const { accept } = createAcceptor(connection.pool);
    const before = await count();
    // A character that PostgreSQL's text cannot hold; the surfaces refuse it long before.
    const bad = acceptance({ input: input({ params: { ...params, prompt: "a \u0000 fox" } }) });
    const results = await Promise.allSettled(
      Array.from({ length: 21 }, (_, index) => accept(index === 10 ? bad : acceptance())),
    );
    expect(results.map((result) => result.status)).toEqual(
      Array.from({ length: 21 }, (_, index) => (index === 10 ? "rejected" : "fulfilled")),
    );
    expect(await count()).toBe(before + 20);
  });

  it("decides by the revision in force when the row is written, though it remembers an older one", async () => {
    const { accept } = createAcceptor(connection.pool);
    await setShare(system.pool, "sandbox", 0);
    await accept(acceptance());
    for (const share of [10_000, 0, 10_000]) {
      const revision = await setShare(system.pool, "sandbox", share);
      const results = await Promise.all(Array.from({ length: 30 }, () => accept(acceptance())));
      for (const result of results) {
        expect(result).toMatchObject({
          kind: "created",
          receipt: { revision, candidateShareBp: share, provider: share === 0 ? "scenario" : "comfyui" },
        });
      }
    }
  });

  it("says who cannot serve it, and stores nothing", async () => {
    const { accept } = createAcceptor(connection.pool);
    const before = await count();
    const refused = await accept(
      acceptance({
        decide: (revision, stickyKey) =>
          decide({ revision, stickyKey, forced: null, unavailable: { scenario: "no", comfyui: "no" } }),
      }),
    );
    expect(refused).toMatchObject({ kind: "refused" });
    expect(await count()).toBe(before);
  });
});
