import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { workerProgram } from "@/server/engine/testing/bundled";
import type { TestSystem } from "@/server/engine/testing/start-system";
import { currentRevision } from "@/server/rollout/revision";
import type { StartedRuntime } from "@/server/start-runtime";
import { ENVIRONMENT, endOfRun, order, startChecklistSystem } from "./testing/start-checklist-system";

let system: TestSystem;
let peer: StartedRuntime | null = null;
let child: ChildProcess | null = null;
beforeAll(async () => {
  // This process only orders: the work is done by workers that can be killed.
  system = await startChecklistSystem({ env: { ROLE: "gateway" }, sandbox: { imageMode: "tiny" } });
});
afterEach(async () => {
  if (child && child.exitCode === null && child.signalCode === null) {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  await peer?.stop();
  peer = null;
});
afterAll(() => system.stop());

it.each(["checklist.share_up", "checklist.rolled_back"])(
  "a server killed at %s leaves a record by which the next one puts the rollout back",
  async (point) => {
    const { db } = system.runtime.rollout;
    const before = await currentRevision(db, ENVIRONMENT);
    const { runId } = await order(system, ["rollback"]);
    const env = {
      ...process.env,
      ...system.env,
      SWITCHYARD_CHAOS: "1",
      SWITCHYARD_DEBUG_POINT: `${point}:kill`,
      ROLE: "worker",
    };
    child = fork(await workerProgram(), { env, stdio: "ignore" });
    await once(child, "exit");
    expect(child.signalCode).toBe("SIGKILL");
    const left = await currentRevision(db, ENVIRONMENT);
    expect(left).toMatchObject(point === "checklist.share_up" ? { candidateShareBp: 1 } : { held: true });

    // The dead one's lease has run out.
    await system.pool.query("update checklist_runs set lease_until = now() - interval '1 second' where id = $1", [
      runId,
    ]);
    peer = await system.startPeer({ ROLE: "worker" });
    const { rollback } = await endOfRun(system, runId);
    expect(rollback).toMatchObject({ state: "interrupted", words: expect.stringMatching(/put back to 0%/) });
    expect(await currentRevision(db, ENVIRONMENT)).toMatchObject({
      candidateShareBp: before.candidateShareBp,
      held: before.held,
      phase: before.phase,
    });
  },
);
