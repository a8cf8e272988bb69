import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { checklistRun } from "@/db/queries/checklist";
import { parseConfig } from "@/server/config";
import type { ChecklistItem } from "@/server/domain/checklist";
import { PROVIDER_IDS } from "@/server/domain/vocabulary";
import { setShare } from "@/server/engine/testing/set-share";
import type { TestSystem } from "@/server/engine/testing/start-system";
import { until } from "@/server/engine/testing/until";
import { changePolicy } from "@/server/rollout/gates/change-policy";
import { evaluateGates } from "@/server/rollout/gates/evaluate-gates";
import { listIncidents } from "@/server/rollout/incidents";
import { resume } from "@/server/rollout/resume";
import { currentRevision } from "@/server/rollout/revision";
import { rollBack } from "@/server/rollout/roll-back";
import { cancelRun } from "./cancel-run";
import { evidenceHash } from "./evidence-hash";
import { exportEvidence } from "./export-evidence";
import { passByHand } from "./pass-by-hand";
import { readChecklist } from "./read-checklist";
import { startScheduledRuns } from "./schedule";
import { startRun } from "./start-run";
import {
  ENVIRONMENT,
  endOfRun,
  OPERATOR,
  order,
  runItems,
  startChecklistSystem,
} from "./testing/start-checklist-system";

let system: TestSystem;
beforeAll(async () => {
  system = await startChecklistSystem();
});
afterEach(() => system.sandbox.removeFaults());
afterAll(() => system.stop());

const read = () => readChecklist(system.runtime.rollout.db, system.config, ENVIRONMENT, new Date());
const revision = () => currentRevision(system.runtime.rollout.db, ENVIRONMENT);

describe("a run against the sandbox", () => {
  it("passes all six with evidence that the gate believes, and leaves the rollout as it was", async () => {
    const { db } = system.runtime.rollout;
    const before = await revision();
    const results = await runItems(system);
    for (const result of Object.values(results)) {
      expect(result.steps.length, result.item).toBeGreaterThan(0);
      expect(result.steps.every(({ ok }) => ok)).toBe(true);
      expect(result.evidenceSha256).toBe(evidenceHash(result));
    }
    const view = await read();
    expect(view).toMatchObject({ headline: "6 of 6 passed", open: null, newest: { state: "ended" } });
    const { candidateShareBp, held, phase } = before;
    expect(await revision()).toMatchObject({ candidateShareBp, held, phase });
    expect(await listIncidents(db, { environment: ENVIRONMENT, openOnly: true, limit: 5 })).toEqual([]);
    const gates = await evaluateGates(db, system.config, ENVIRONMENT, "canary", new Date());
    expect(gates.find(({ key }) => key === "checklist_passed")).toMatchObject({ green: true });

    const steps = (item: ChecklistItem) => results[item].steps;
    expect(steps("txt2img").flatMap(({ images = [] }) => images)).toContainEqual(
      expect.objectContaining({ width: 768, height: 512, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }),
    );
    expect(steps("error_handling").map(({ name, failureMode, mitigation }) => [name, failureMode, mitigation])).toEqual(
      expect.arrayContaining([
        ["unknown model", "model_not_found", "Verify that the worker image was built with the model downloads."],
        ["wrong key", "auth_failed", expect.any(String)],
      ]),
    );
    const { text } = exportEvidence(view, "md", new Date());
    for (const { evidenceSha256 } of view.items) expect(text).toContain(evidenceSha256);
    expect(JSON.parse(exportEvidence(view, "json", new Date()).text)).toMatchObject({ sha256: expect.any(String) });
  });
});

it.each(PROVIDER_IDS)("error handling at %s spends nothing, loses nothing, and gives it no job", async (provider) => {
  const before = system.sandbox.ledger.entries().length;
  const deps = system.runtime.rollout;
  const { runId } = await startRun(deps, OPERATOR, { environment: ENVIRONMENT, provider, items: ["error_handling"] });
  const { error_handling: result } = await endOfRun(system, runId);
  expect(result).toMatchObject({
    state: "passed",
    words: expect.stringMatching(/nothing was spent and nothing lost$/),
  });
  expect(result.steps.map(({ name, where }) => [name, where]).sort()).toEqual([
    ["oversized request", "gateway"],
    ["provider time-out", "fault proxy"],
    ["unknown model", "fault proxy"],
    ["wrong key", "provider"],
  ]);
  const made = result.steps.flatMap(({ generationId }) => (generationId ? [generationId] : []));
  const { rows } = await system.pool.query(
    `select g.failure_mode as mode, g.cost_micros::int as cost, (select coalesce(sum(abs(cost_micros)), 0)::int from cost_lines l
      where l.generation_id = g.id) as lines from generations g where id = any($1) order by failure_mode = 'model_not_found'`,
    [made],
  );
  expect(rows).toEqual([
    { mode: expect.stringMatching(/^(cold_start_)?timeout$/), cost: 0, lines: 0 },
    { mode: "model_not_found", cost: 0, lines: 0 },
  ]);
  expect(system.sandbox.ledger.entries()).toHaveLength(before);
});

describe("the rollback drill beside the operators", () => {
  /** A real rollback by a person; its hold is ended by `resumed`. */
  const pressRollback = () =>
    rollBack(system.runtime.rollout, OPERATOR, { environment: ENVIRONMENT, reason: null, pressedAtMs: null });
  const resumed = async () =>
    resume(system.runtime.rollout, OPERATOR, {
      environment: ENVIRONMENT,
      reason: "the end of a test",
      seenRevision: (await revision()).number,
    });

  it("does not begin while the rollout is held", async () => {
    await setShare(system.pool, ENVIRONMENT, 1_000);
    const held = (await pressRollback()).revision;
    const { rollback } = await runItems(system, ["rollback"]);
    expect(rollback).toMatchObject({ state: "failed", words: expect.stringMatching(/held since a rollback/) });
    expect((await revision()).number).toBe(held.number);
    await resumed();
  });

  it("puts a share that it has found back, with the phase it was in", async () => {
    await setShare(system.pool, ENVIRONMENT, 1_000);
    const { rollback } = await runItems(system, ["rollback"]);
    expect(rollback.state).toBe("passed");
    expect(await revision()).toMatchObject({ candidateShareBp: 1_000, held: false });
    await setShare(system.pool, ENVIRONMENT, 0);
  });

  it("leaves a rollback that somebody pressed meanwhile as it is, incident and all", async () => {
    system.sandbox.addFault({ fault: "slow", value: 60, promptIncludes: "lighthouse" });
    const { runId } = await order(system, ["rollback"]);
    await until("the share is up", async () => (await revision()).candidateShareBp > 0);
    const pressed = await pressRollback();
    expect(pressed.incidentId).not.toBeNull();
    const { rollback } = await endOfRun(system, runId);
    expect(rollback).toMatchObject({ state: "failed", words: expect.stringMatching(/left as test has set it/) });
    expect(await revision()).toMatchObject({ number: pressed.revision.number, candidateShareBp: 0, held: true });
    await resumed();
  });

  it("puts everything back when it is cancelled in the middle, and runs nothing more", async () => {
    system.sandbox.addFault({ fault: "never_finishes", promptIncludes: "fox" });
    const { runId } = await order(system, ["txt2img", "rollback"]);
    await until("it runs", async () => (await read()).items.some(({ state }) => state === "running"));
    await expect(order(system)).rejects.toMatchObject({ code: "CONFLICT" });
    await cancelRun(system.runtime.rollout, OPERATOR, { runId });
    const { txt2img, rollback } = await endOfRun(system, runId);
    expect([txt2img.state, rollback.state]).toEqual(["cancelled", "cancelled"]);
    expect(await checklistRun(system.runtime.rollout.db, runId)).toMatchObject({ cancelRequestedBy: "test" });
    await until("its generation is cancelled", async () => {
      const { rows } = await system.pool.query<{ state: string }>(
        "select state from generations where source = 'checklist' order by created_at desc limit 1",
      );
      return rows[0]?.state === "cancelled";
    });
  });
});

describe("what a person says and sets", () => {
  it("counts an item passed by hand, with its note, and expires it with the configuration", async () => {
    const { rollout } = system.runtime;
    const input = { environment: ENVIRONMENT, item: "r2_upload" as const };
    await expect(passByHand(rollout, OPERATOR, { ...input, note: "short" })).rejects.toMatchObject({
      problems: [{ field: "note", rule: "must have 8 to 1000 characters" }],
    });
    await passByHand(rollout, OPERATOR, { ...input, note: "uploaded by the bucket's owner" });
    const item = (view: Awaited<ReturnType<typeof read>>) => view.items.find((one) => one.item === "r2_upload");
    expect(item(await read())).toMatchObject({ state: "by_hand", counts: true, recordedBy: "test" });
    const other = parseConfig({ ...system.env, COMFYUI_CHECKPOINT: "another.safetensors" });
    const changed = await readChecklist(rollout.db, other, ENVIRONMENT, new Date());
    expect(item(changed)).toMatchObject({ counts: false, expired: "configuration" });
    const later = await readChecklist(rollout.db, system.config, ENVIRONMENT, new Date(Date.now() + 8 * 86_400_000));
    expect(item(later)).toMatchObject({ counts: false, expired: "age" });
  });

  it("keeps a generation that a person looked at as evidence, and refuses what is none", async () => {
    const { rollout } = system.runtime;
    const note = "compared by eye with the prompt";
    const made = await system.ended(await system.submit({ provider: "comfyui" }));
    const pass = { environment: ENVIRONMENT, item: "txt2img" as const, note, evidence: made };
    for (const [change, words] of [
      [{ operation: "img2img" as const }, /must be a generation of txt2img/],
      [{ provider: "scenario" as const }, /must be made by ComfyUI/],
      [{ state: "failed" as const }, /must have succeeded/],
      [{ environment: "staging" }, /must be of sandbox/],
    ] as const) {
      await expect(passByHand(rollout, OPERATOR, { ...pass, evidence: { ...made, ...change } })).rejects.toThrow(words);
    }
    await passByHand(rollout, OPERATOR, pass);
    const item = (await read()).items.find((one) => one.item === "txt2img");
    expect(item).toMatchObject({
      state: "by_hand",
      counts: true,
      words: note,
      steps: [{ generationId: made.id, images: [{ sha256: made.images[0]?.sha256 }] }],
    });
  });

  it("starts a run by itself only where the policy says how often", async () => {
    const { rollout, gateway, images, secret } = system.runtime;
    const deps = { ...rollout, gateway, images, secret, owner: "test" };
    const newest = async () => (await read()).newest?.id;
    const { runId: before } = await order(system, ["r2_upload"]);
    await endOfRun(system, before);
    const later = new Date(Date.now() + 25 * 3_600_000);
    await startScheduledRuns(deps, later);
    expect(await newest()).toBe(before);
    await changePolicy(rollout, OPERATOR, {
      environment: ENVIRONMENT,
      change: { checklist: { everyHours: 24 } },
      reason: "every night",
    });
    await startScheduledRuns(deps, new Date());
    expect(await newest()).toBe(before);
    await startScheduledRuns(deps, later);
    const started = await newest();
    expect(started).not.toBe(before);
    await cancelRun(rollout, OPERATOR, { runId: started ?? "" });
    await endOfRun(system, started ?? "");
    const reason = "as it was before the test";
    await changePolicy(rollout, OPERATOR, {
      environment: ENVIRONMENT,
      change: { checklist: { everyHours: null } },
      reason,
    });
  });
});
