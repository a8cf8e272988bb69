import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { PROVIDER_IDS } from "@/server/domain/vocabulary";
import { rebuildRollups } from "@/server/metrics/rebuild-rollups";
import { verifyRollups } from "@/server/metrics/verify-rollups";
import { capabilityToken } from "./capability";
import { type HookServer, startHookServer } from "./testing/hook-server";
import { startSystem, type TestSystem } from "./testing/start-system";
import { until } from "./testing/until";

let system: TestSystem;
let hooks: HookServer;
let dropsHooks = false;
beforeAll(async () => {
  system = await startSystem({ sandbox: { imageMode: "tiny" }, env: { AMBIGUOUS_RETRY_BELOW_USD: "0" } });
  hooks = await startHookServer(system.runtime.hint, () => dropsHooks);
  system.setOwnUrl(hooks.url);
});
afterEach(() => {
  dropsHooks = false;
  system.sandbox.removeFaults();
});
afterAll(async () => {
  await system.stop();
  await hooks.stop();
});

/** Jobs at the providers without an attempt that names them; the intent may exist without the id. */
async function unknownJobs(): Promise<string[]> {
  const { rows } = await system.pool.query<{ jobId: string }>(
    `select job_id as "jobId" from attempts where job_id is not null`,
  );
  const known = new Set(rows.map((row) => row.jobId));
  return system.sandbox.ledger
    .entries()
    .map((job) => job.jobId)
    .filter((id) => !known.has(id));
}

const loseAnswerOf = (operation: string) =>
  system.sandbox.addFault({ fault: "accept_then_reset", operation, count: 1 });

describe("a submit without an answer", () => {
  it("is found at Scenario by what it echoes, and adopted", async () => {
    loseAnswerOf("generate");
    const done = await system.ended(await system.submit({ provider: "scenario" }));
    expect(done).toMatchObject({ state: "succeeded", attemptCount: 1 });
    expect(done.events.map((event) => event.kind)).toEqual(expect.arrayContaining(["ambiguous", "adopted"]));
    expect(await unknownJobs()).toEqual([]);
  });

  it("is known at RunPod by its notification, and adopted", async () => {
    loseAnswerOf("run");
    const done = await system.ended(await system.submit({ provider: "comfyui" }));
    expect(done).toMatchObject({ state: "succeeded", attemptCount: 1 });
    expect(done.events.map((event) => event.kind)).toEqual(expect.arrayContaining(["ambiguous", "adopted"]));
    expect(await unknownJobs()).toEqual([]);
  });

  it("is written off with its reservation when there is no sign of it, and settled when one comes late", async () => {
    dropsHooks = true;
    loseAnswerOf("run");
    const id = await system.submit({ provider: "comfyui" });
    const failed = await system.ended(id);
    expect(failed).toMatchObject({ state: "failed", failureMode: "provider_unavailable", attemptCount: 1 });
    const [attempt] = failed.attempts;
    expect(attempt).toMatchObject({ state: "ambiguous", jobId: null });
    expect(attempt?.reservedMicros).toBeGreaterThan(0);
    expect(failed.costMicros).toBe(attempt?.reservedMicros);

    const lost = await unknownJobs();
    expect(lost).toHaveLength(1);
    const [jobId = ""] = lost;
    const attemptId = attempt?.id ?? "";
    // As if a paid start of a worker had been seen before it was written off: the correction must not lose it.
    await system.pool.query("update attempts set cold_class = 'cold', start_up_ms = 400 where id = $1", [attemptId]);
    await system.pool.query(
      `insert into cost_lines (generation_id, attempt_id, environment, provider, kind, cost_micros)
        select generation_id, id, environment, provider, kind, micros from attempts, (values ('start_up', 70), ('failed', -70)) l(kind, micros)
        where id = $1`,
      [attemptId],
    );
    await rebuildRollups(system.runtime.db, { environment: "sandbox", nowMs: Date.now() });
    const token = capabilityToken(system.runtime.secret, attemptId);
    expect(await system.runtime.hint({ attemptId, token: `${token.slice(1)}x`, jobId })).toBe(false);
    expect(await system.runtime.hint({ attemptId, token, jobId })).toBe(true);
    await until("the orphan is settled", async () => (await system.generation(id)).attempts[0]?.state === "orphan");

    const settled = await system.generation(id);
    // What the caller was told stands; what it cost is the truth.
    expect(settled).toMatchObject({ state: "failed", failureMode: "provider_unavailable" });
    expect(settled.events.map((event) => event.kind)).toContain("late_result");
    expect(settled.costMicros).toBe(settled.attempts[0]?.costMicros);
    expect(settled.costMicros).toBeLessThan(failed.costMicros ?? 0);
    expect(settled.costLines.reduce((total, line) => total + line.costMicros, 0)).toBe(settled.costMicros);
    expect(await unknownJobs()).toEqual([]);
  });

  it("that the provider never took is proved by Scenario's list, and repeated without a cost", async () => {
    system.sandbox.addFault({ fault: "reset", provider: "scenario", operation: "generate", count: 1 });
    const done = await system.ended(await system.submit({ provider: "scenario" }));
    expect(done).toMatchObject({ state: "succeeded", attemptCount: 2 });
    expect(done.attempts[0]).toMatchObject({ state: "not_sent", costMicros: 0 });
    expect(done.costMicros).toBe(done.attempts[1]?.costMicros);
  });

  it.each(PROVIDER_IDS)("to the fault proxy in place of %s is repeated without a cost", async (provider) => {
    const size = { width: 256, height: 256, steps: null, guidance: null, strength: null, count: 1 };
    const asked = { operation: "txt2img", prompt: "a stone", negativePrompt: null, seed: 1, ...size } as const;
    const params = { ...asked, provokedFault: "never_finishes" } as const;
    const id = await system.submit({ provider, deadlineMs: 60_000, params });
    await until("it waits there", async () => (await system.generation(id)).attempts[0]?.jobId != null);
    // As a death between the answer and its row leaves it.
    await system.pool.query(
      "update attempts set state = 'intent', job_id = null, submitted_at = null where generation_id = $1",
      [id],
    );
    await system.pool.query(
      "update generations set state = 'submitting', fence = fence + 1, lease_until = null, lease_owner = null, next_at = now() where id = $1",
      [id],
    );
    await until("it is repeated", async () => (await system.generation(id)).attempts[1]?.jobId != null);
    await system.cancel(id);
    const done = await system.ended(id);
    expect(done.attempts.map(({ state }) => state)).toEqual(["not_sent", "cancelled"]);
    expect(done).toMatchObject({ state: "cancelled", costMicros: 0 });
    expect(done.costLines.filter(({ costMicros }) => costMicros !== 0)).toEqual([]);
  });

  it("ends as cancelled when the caller cancels while it is being looked for", async () => {
    dropsHooks = true;
    loseAnswerOf("run");
    const id = await system.submit({ provider: "comfyui" });
    await until("it is looked for", async () =>
      (await system.generation(id)).events.some((event) => event.kind === "ambiguous"),
    );
    await system.cancel(id);
    const done = await system.ended(id);
    expect(done).toMatchObject({ state: "cancelled", failureMode: "cancelled" });
    expect(done.attempts[0]?.state).toBe("ambiguous");
    expect(done.costMicros).toBe(done.attempts[0]?.reservedMicros);
  });

  it("is not adopted twice by notifications that are repeated, forged or for an attempt that is over", async () => {
    system.sandbox.addFault({ fault: "repeated_webhook", provider: "runpod" });
    const id = await system.submit({ provider: "comfyui" });
    const done = await system.ended(id);
    await until("the notification came", () => hooks.received.some((hook) => hook.attemptId === done.attempts[0]?.id));
    const attemptId = done.attempts[0]?.id ?? "";
    const token = capabilityToken(system.runtime.secret, attemptId);
    await Promise.all(
      Array.from({ length: 10 }, () => system.runtime.hint({ attemptId, token, jobId: "another-job" })),
    );
    expect(await system.generation(id)).toEqual(done);
  });

  it("leaves the summaries equal to the rows, corrections of late results included", async () => {
    const report = await verifyRollups(system.runtime.db, { environment: "sandbox", nowMs: Date.now() });
    expect(report.first).toBeNull();
    expect(report.events).toBeGreaterThan(8);
  });

  it("of two orphans, one that the provider never answers about does not keep the other waiting", async () => {
    const insert = async (jobId: string) => {
      const id = await system.submit({ provider: "comfyui", prompt: "x [fault:oom]" });
      const done = await system.ended(id);
      await system.pool.query(
        "update attempts set state = 'ambiguous', job_id = $2, cost_micros = 40000, created_at = created_at - interval '2 hours' where id = $1",
        [done.attempts[0]?.id, jobId],
      );
      return id;
    };
    const job = system.sandbox.ledger
      .entries()
      .find((entry) => entry.provider === "runpod" && entry.status === "COMPLETED");
    const unknown = await Promise.all(Array.from({ length: 25 }, (_, index) => insert(`gone-${index}`)));
    const known = await insert(job?.jobId ?? "");
    await until(
      "the known one is settled",
      async () => (await system.generation(known)).attempts[0]?.state === "orphan",
    );
    expect((await system.generation(unknown[0] ?? "")).attempts[0]?.state).toBe("ambiguous");
  });
});
