import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { claimDue, renewLeases } from "./claim";
import { createFinisher } from "./finish";
import { createRecorder } from "./record";
import { failedEnding } from "./start-attempts";
import { startSystem, type TestSystem } from "./testing/start-system";
import { until } from "./testing/until";
import type { ClaimedGeneration } from "./types";

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem({ sandbox: { imageMode: "tiny" } });
  system.sandbox.addFault({ fault: "never_finishes", provider: "runpod" });
});
afterAll(() => system.stop());

const OPEN = { states: ["running"] as "running"[], environments: ["sandbox"] };

/** A running generation under two claims: the first holder's lease ran out, and the second one took over. */
async function heldTwice(): Promise<{ old: ClaimedGeneration; current: ClaimedGeneration; attemptId: string }> {
  const id = await system.submit({ provider: "comfyui", deadlineMs: 600_000 });
  await until("it runs", async () => (await system.generation(id)).state === "running");
  const claim = async (owner: string): Promise<ClaimedGeneration> => {
    let mine: ClaimedGeneration | undefined;
    await until(`${owner} claims it`, async () => {
      // The engine of the system looks at it too; a row that is not leased can be taken at any time.
      await system.pool.query(
        "update generations set next_at = clock_timestamp() - interval '1 minute', lease_until = clock_timestamp() - interval '1 second' where id = $1 and (lease_until is null or lease_owner = 'old')",
        [id],
      );
      const claimed = await claimDue(system.pool, owner, OPEN, 1);
      mine = claimed.find((entry) => entry.generation.id === id)?.generation;
      return mine !== undefined;
    });
    if (!mine) throw new Error("not claimed");
    return mine;
  };
  const old = await claim("old");
  const current = await claim("current");
  expect(current.fence).toBeGreaterThan(old.fence);
  const [attempt] = (await system.generation(id)).attempts;
  return { old, current, attemptId: attempt?.id ?? "" };
}

const ending = failedEnding("unknown", "test");
const waiting = {
  nextInMs: 600_000,
  started: false,
  missing: false,
  workerId: null,
  delayMs: null,
  evidence: {},
  event: null,
  eventData: null,
};

describe("the fence", () => {
  it("lets an old holder write nothing, whatever it writes", async () => {
    const { old, current, attemptId } = await heldTwice();
    const finish = createFinisher(system.pool);
    const recorder = createRecorder(system.pool);
    const stale = { generationId: old.id, fence: old.fence };
    const before = await system.generation(old.id);
    expect(await finish({ ...stale, outcome: null, ending })).toBe(false);
    expect(await finish({ ...stale, outcome: null, ending: { kind: "again", reason: "retry", inMs: 0 } })).toBe(false);
    expect(await recorder.storing({ ...stale, attemptId, images: 1 })).toBe(false);
    expect(await recorder.wait({ ...stale, ...waiting, attemptId, event: "progress" })).toBe(false);
    expect(await renewLeases(system.pool, [{ id: old.id, fence: old.fence }])).toEqual([]);
    expect(await system.generation(old.id)).toEqual(before);
    expect(await finish({ generationId: current.id, fence: current.fence, outcome: null, ending })).toBe(true);
  });

  // Regression: rows were matched by the generation alone, so the old holder's record was written with the new one's.
  it("tells two holders apart that write in the same statement", async () => {
    const { old, current, attemptId } = await heldTwice();
    const recorder = createRecorder(system.pool);
    const events = async () => (await system.generation(old.id)).events.filter((event) => event.kind === "progress");
    const answers = await Promise.all(
      [old, current].map(({ id, fence }) =>
        recorder.wait({ ...waiting, generationId: id, fence, attemptId, event: "progress", eventData: { fence } }),
      ),
    );
    expect(answers).toEqual([false, true]);
    expect((await events()).map((event) => event.data)).toEqual([{ fence: current.fence }]);

    const again = await heldTwice();
    const finish = createFinisher(system.pool);
    const ended = await Promise.all(
      [again.old, again.current].map(({ id, fence }) =>
        finish({ generationId: id, fence, outcome: null, ending: failedEnding("unknown", `by ${fence}`) }),
      ),
    );
    expect(ended).toEqual([false, true]);
    const { events: all } = await system.generation(again.old.id);
    expect(all.filter((event) => event.kind === "failed").map((event) => event.data)).toEqual([
      { message: `by ${again.current.fence}`, mode: "unknown" },
    ]);
  });

  it("takes a statement whose answer was lost only once", async () => {
    const { current } = await heldTwice();
    const finish = createFinisher(system.pool);
    const record = {
      generationId: current.id,
      fence: current.fence,
      outcome: null,
      ending: { kind: "again" as const, reason: "retry" as const, inMs: 600_000 },
    };
    expect(await finish(record)).toBe(true);
    const before = await system.generation(current.id);
    expect(await finish(record)).toBe(false);
    expect(await system.generation(current.id)).toEqual(before);
  });
});
