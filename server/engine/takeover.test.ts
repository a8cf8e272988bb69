import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StartedRuntime } from "@/server/start-runtime";
import { workerProgram } from "./testing/bundled";
import { startSystem, type TestSystem } from "./testing/start-system";
import { until } from "./testing/until";

let system: TestSystem;
let peer: StartedRuntime | null = null;
const children: ChildProcess[] = [];
beforeEach(async () => {
  // This process only accepts: the work is done by workers that can be killed.
  system = await startSystem({ env: { ROLE: "gateway" }, sandbox: { imageMode: "tiny" } });
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  await peer?.stop();
  peer = null;
  await system.stop();
});

async function startWorker(debugPoint: string): Promise<ChildProcess> {
  const env = { ...process.env, ...system.env, SWITCHYARD_CHAOS: "1", SWITCHYARD_DEBUG_POINT: debugPoint };
  const child = fork(await workerProgram(), { env, stdio: "ignore" });
  children.push(child);
  await Promise.race([
    once(child, "message"),
    once(child, "exit").then(() => Promise.reject(new Error("the worker did not start"))),
  ]);
  return child;
}

const facts = async (id: string) => {
  const { rows } = await system.pool.query<{ fence: number; owner: string | null; ends: number; jobs: string[] }>(
    `select fence, lease_owner as owner,
        (select count(*)::int from generation_events e where e.generation_id = g.id and e.terminal) as ends,
        (select coalesce(array_agg(job_id), '{}') from attempts a where a.generation_id = g.id and job_id is not null) as jobs
      from generations g where id = $1`,
    [id],
  );
  const row = rows[0];
  if (!row) throw new Error("no such generation");
  return row;
};

describe("takeover", () => {
  it.each([
    ["before its job was sent", "intent.committed:kill", 2],
    ["when its job was taken and its id not yet written", "submit.sent:kill", 1],
    ["when the result was stored and not yet settled", "settle.before_commit:kill", 1],
  ])("goes on where a killed worker ended: %s", async (_when, point, attempts) => {
    const worker = await startWorker(point);
    const died = once(worker, "exit");
    const id = await system.submit({ provider: "scenario" });
    await died;
    expect(worker.signalCode).toBe("SIGKILL");
    const diedAtMs = Date.now();
    const { fence } = await facts(id);
    peer = await system.startPeer({ ROLE: "worker" });
    await until("the other worker has taken over", async () => (await facts(id)).fence > fence);
    // The lease's eight seconds and a tick; twice that leaves room for a busy machine.
    expect(Date.now() - diedAtMs).toBeLessThan(20_000);
    const done = await system.ended(id);
    expect(done).toMatchObject({ state: "succeeded", attemptCount: attempts });
    const { ends, jobs } = await facts(id);
    expect(ends).toBe(1);
    // No job was sent twice, and none that we do not know of.
    expect(system.sandbox.ledger.entries().map((job) => job.jobId)).toEqual(jobs);
  });

  it("leaves nothing for a worker that wakes up after it was taken for dead", async () => {
    const worker = await startWorker("settle.before_commit:delay");
    const id = await system.submit({ provider: "scenario" });
    await until("the worker holds the result", async () => {
      const { owner } = await facts(id);
      return owner !== null && (await system.generation(id)).state === "storing";
    });
    worker.kill("SIGSTOP");
    peer = await system.startPeer({ ROLE: "worker" });
    const done = await system.ended(id);
    expect(done.state).toBe("succeeded");
    const before = await facts(id);
    const ended = once(worker, "exit");
    worker.kill("SIGCONT");
    // Told to stop, it first ends the step that it is in: it tries to settle the generation once more.
    worker.disconnect();
    await ended;
    expect(worker.exitCode).toBe(0);
    expect(await facts(id)).toEqual(before);
    expect(await system.generation(id)).toEqual(done);
  });
});
