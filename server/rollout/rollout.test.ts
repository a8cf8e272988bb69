import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { verifyAudit } from "@/server/audit/verify-audit";
import { startSystem, TESTER, type TestSystem } from "@/server/engine/testing/start-system";
import { changeShare, type RedGate } from "./change-share";
import { followVariable } from "./follow-variable";
import { checkProvider } from "./readiness";
import { resume } from "./resume";
import { currentRevision } from "./revision";
import { rollBack } from "./roll-back";
import type { Operator, RolloutDeps } from "./types";
import { undoRollback } from "./undo-rollback";

let system: TestSystem;
let connection: Connection;
let deps: RolloutDeps & { redGates(): Promise<RedGate[]> };
let red: RedGate[] = [];
const operator: Operator = { principal: TESTER, via: "cli", requestId: null };
const environment = "sandbox";

beforeAll(async () => {
  system = await startSystem({});
  connection = connect({ url: system.databaseUrl, name: "test", ...POOL_LIMITS.tool });
  const { config, provider, log } = system.runtime;
  deps = { db: connection.db, config, provider, log, redGates: async () => red };
  await checkProvider(deps, environment, "scenario");
});
afterAll(async () => {
  await connection.close();
  await system.stop();
});
beforeEach(() => {
  red = [];
});

const current = () => currentRevision(connection.db, environment);
async function setShare(shareBp: number) {
  const now = await current();
  if (now.held) await resume(deps, operator, { environment, reason: "ready again", seenRevision: now.number });
  const seen = await current();
  if (seen.candidateShareBp === shareBp) return seen;
  return changeShare(deps, operator, {
    environment,
    shareBp,
    phase: null,
    reason: "set up the test",
    seenRevision: seen.number,
    override: true,
  });
}

describe("rollback", () => {
  it("takes everything back, holds the rollout, opens an incident, and routes the next generation to the control", async () => {
    await setShare(10_000);
    expect((await system.ended(await system.submit({}))).provider).toBe("comfyui");
    const result = await rollBack(deps, operator, { environment, reason: null, pressedAtMs: null });
    expect(result.revision).toMatchObject({ candidateShareBp: 0, held: true, reason: null });
    expect(result.incidentId).not.toBeNull();
    expect((await system.ended(await system.submit({}))).provider).toBe("scenario");
  });

  it("finds nothing to do when pressed twice, or by two people at once", async () => {
    await setShare(5_000);
    const input = { environment, reason: null, pressedAtMs: null };
    const results = await Promise.all([rollBack(deps, operator, input), rollBack(deps, operator, input)]);
    expect(results.filter((result) => result.previous !== null)).toHaveLength(1);
    expect(new Set(results.map((result) => result.revision.number)).size).toBe(1);
    expect((await rollBack(deps, operator, input)).previous).toBeNull();
  });

  it("can be undone while it is fresh and the newest, and not later", async () => {
    await setShare(2_500);
    const { revision } = await rollBack(deps, operator, { environment, reason: null, pressedAtMs: null });
    const late = new Date(revision.createdAtMs + 60_000);
    await expect(
      undoRollback(deps, operator, { environment, rollbackRevision: revision.number }, late),
    ).rejects.toMatchObject({
      code: "CONFLICT",
    });
    const undone = await undoRollback(
      deps,
      operator,
      { environment, rollbackRevision: revision.number },
      new Date(revision.createdAtMs),
    );
    expect(undone).toMatchObject({ candidateShareBp: 2_500, held: false });
    await expect(
      undoRollback(deps, operator, { environment, rollbackRevision: revision.number }, new Date(revision.createdAtMs)),
    ).rejects.toMatchObject({ code: "CONFLICT" });
  });
});

describe("a step up", () => {
  const step = async (change: Partial<Parameters<typeof changeShare>[2]>) =>
    changeShare(deps, operator, {
      environment,
      shareBp: 1_000,
      phase: null,
      reason: "first tenth of traffic",
      seenRevision: (await current()).number,
      override: false,
      ...change,
    });

  it.each([
    ["below 0", { shareBp: -1 }, "share"],
    ["above 100 %", { shareBp: 10_001 }, "share"],
    ["more than two decimals", { shareBp: 10.5 }, "share"],
    ["a short reason", { reason: "go" }, "reason"],
  ])("refuses %s and leaves the history as it was", async (_name, change, field) => {
    await setShare(0);
    const before = await current();
    await expect(step(change)).rejects.toMatchObject({ code: "BAD_REQUEST", problems: [{ field }] });
    expect((await current()).number).toBe(before.number);
  });

  it("refuses a stale page and says who changed what", async () => {
    await setShare(0);
    const stale = (await current()).number;
    await setShare(100);
    await expect(step({ seenRevision: stale })).rejects.toThrow(/test set revision \d+: 1% to ComfyUI at/);
  });

  it("needs green gates, or an override that the history names", async () => {
    await setShare(0);
    red = [{ key: "success_rate", title: "Success rate", why: "97.1% of 300, needs more than 98%" }];
    await expect(step({})).rejects.toThrow(/Success rate \(97\.1% of 300/);
    const revision = await step({ override: true });
    expect(revision.details).toMatchObject({ overridden: red });
  });

  it("is refused while held until somebody resumes with a reason", async () => {
    await setShare(500);
    await rollBack(deps, operator, { environment, reason: null, pressedAtMs: null });
    await expect(step({})).rejects.toThrow(/held since its rollback/);
    await resume(deps, operator, { environment, reason: "cause was found", seenRevision: (await current()).number });
    expect((await step({})).candidateShareBp).toBe(1_000);
  });

  it("is refused while the way back does not answer; a rollback is not", async () => {
    await setShare(500);
    const id = system.sandbox.addFault({ fault: "unauthorized", provider: "scenario" });
    await checkProvider(deps, environment, "scenario");
    await expect(step({ shareBp: 5_000 })).rejects.toThrow(/the way back is not ready/);
    expect((await rollBack(deps, operator, { environment, reason: null, pressedAtMs: null })).previous).not.toBeNull();
    system.sandbox.removeFaults(id);
    await checkProvider(deps, environment, "scenario");
  });
});

describe("IMAGE_GENERATION_PROVIDER", () => {
  it("takes effect on the next request after the env file was edited, and an unchanged restart undoes nothing", async () => {
    await setShare(0);
    const file = join(system.directory, ".env");
    await writeFile(file, "IMAGE_GENERATION_PROVIDER=runpod\n");
    expect((await system.runtime.gateway.get(TESTER, await system.submit({}))).provider).toBe("comfyui");
    expect(await current()).toMatchObject({ candidateShareBp: 10_000, source: "env", held: false });

    await rollBack(deps, operator, { environment, reason: null, pressedAtMs: null });
    const after = await current();
    // What a restart does with the same file.
    expect(await followVariable(deps, "file", { provider: "comfyui", problem: null })).toEqual([]);
    expect((await current()).number).toBe(after.number);

    await writeFile(file, "IMAGE_GENERATION_PROVIDER=somebody\n");
    await system.submit({});
    await rm(file);
    await system.submit({});
    expect((await current()).number).toBe(after.number);
  });
});

it("every change has its audit entry, and the chain holds", async () => {
  expect(await verifyAudit(connection.db)).toMatchObject({ ok: true });
});
