import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { incidents } from "@/db/schema";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { verifyAudit } from "@/server/audit/verify-audit";
import { localPrincipal } from "@/server/auth/access";
import { parseConfig } from "@/server/config";
import type { ProviderId } from "@/server/domain/vocabulary";
import { createLog } from "@/server/log";
import type { ImageProvider } from "@/server/providers/types";
import { ensureEnvironments } from "../ensure-environments";
import { checkProvider } from "../readiness";
import { currentRevision } from "../revision";
import type { Operator, RolloutDeps } from "../types";
import { changePolicy } from "./change-policy";
import { promoteAutomatically } from "./promote-automatically";
import { readPhases } from "./read-phases";
import { readPolicy } from "./read-policy";
import { rollBackAutomatically } from "./roll-back-automatically";
import { addGenerations, addRevision } from "./testing/rows";
import { tickTask } from "./tick-task";
import { whatIf } from "./what-if";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const environment = "production";
const operator: Operator = { principal: localPrincipal("mira"), via: "cli", requestId: null };

let database: TestDatabase;
let connection: Connection;
let deps: RolloutDeps;
/** Providers answer their live check unless a test says otherwise. */
let controlAnswers = true;
const ago = (ms: number) => new Date(Date.now() - ms);

beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  const config = parseConfig({
    DATABASE_URL: database.url,
    SCENARIO_API_KEY: "key",
    SCENARIO_SECRET_API_KEY: "secret",
    RUNPOD_API_KEY: "key",
    RUNPOD_COMFYUI_ENDPOINT_ID: "endpoint",
  });
  const unused = () => Promise.reject(new Error("no job is sent here"));
  const provider = (_environment: string, id: ProviderId): ImageProvider => ({
    id,
    unavailable: () => null,
    modelFor: () => "model",
    leavesOut: () => [],
    submit: unused,
    check: unused,
    cancel: unused,
    download: unused,
    probe: async () => {
      const ok = id !== "scenario" || controlAnswers;
      return { ok, roundTripMs: 12, problem: ok ? null : "refused our key", checkedWhat: "live call" };
    },
  });
  deps = { db: connection.db, config, log: createLog({ level: "silent" }), provider };
  await ensureEnvironments(connection, config);
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

async function answerChecks(answers: boolean) {
  controlAnswers = answers;
  for (const id of ["scenario", "comfyui"] as const) await checkProvider(deps, environment, id);
}

it("promotes by itself only when switched on, gates green and the way back ready; then one step at a time", async () => {
  await answerChecks(true);
  await addRevision(connection.db, environment, { shareBp: 0, at: ago(9 * DAY), phase: "canary" });
  await addRevision(connection.db, environment, {
    shareBp: 0,
    at: ago(6 * DAY),
    details: { kind: "rollback", pressedAtMs: Date.now() - 6 * DAY - 40 },
  });
  await addRevision(connection.db, environment, { shareBp: 1_000, at: ago(2 * DAY) });
  await addGenerations(connection.db, environment, { count: 1_500, at: ago(40 * HOUR) });
  await addGenerations(connection.db, environment, { count: 1_500, at: ago(10 * HOUR) });
  await addGenerations(connection.db, environment, { count: 4_000, at: ago(10 * HOUR), provider: "scenario" });

  expect((await promoteAutomatically(deps, environment, new Date())).decision.why).toContain("switched off");
  await changePolicy(deps, operator, {
    environment,
    change: { automation: { promote: true } },
    reason: "the team agreed on it",
  });

  await answerChecks(false);
  const refused = await promoteAutomatically(deps, environment, new Date());
  expect(refused).toMatchObject({ revision: null, decision: { toShareBp: null } });
  expect(refused.decision.why).toContain("refused our key");

  await answerChecks(true);
  const { revision } = await promoteAutomatically(deps, environment, new Date());
  expect(revision).toMatchObject({ candidateShareBp: 5_000, source: "automation", phase: "gradual" });
  expect(revision?.reason).toContain("Success rate above 98%");

  const again = await promoteAutomatically(deps, environment, new Date());
  expect(again.revision).toBeNull();
  expect(again.decision.why).toContain("Held for");
});

it("rolls back by itself on proof, once, with the numbers in the revision and an incident", async () => {
  await answerChecks(true);
  const staging = "staging";
  for (const id of ["scenario", "comfyui"] as const) await checkProvider(deps, staging, id);
  await addRevision(connection.db, staging, { shareBp: 0, at: ago(3 * DAY) });
  await addRevision(connection.db, staging, { shareBp: 5_000, at: ago(2 * DAY) });
  const look = () => rollBackAutomatically(deps, staging, new Date());
  expect(await look()).toMatchObject({ result: null, decision: { rollBack: false } });

  await addGenerations(connection.db, staging, { count: 3_000, at: ago(20 * HOUR) });
  await addGenerations(connection.db, staging, { count: 200, at: ago(HOUR), provider: "scenario" });
  expect((await look()).decision.why).toContain("not proved");

  // Callers notice nothing: each is rescued by the control. It is the candidate's failure all the same.
  await addGenerations(connection.db, staging, {
    count: 40,
    at: ago(HOUR),
    provider: "scenario",
    rescuedFrom: "comfyui",
  });
  const done = await look();
  expect(done.decision).toMatchObject({ rollBack: true, numbers: { candidate: { successes: 3_000, failures: 40 } } });
  expect(done.result?.revision).toMatchObject({
    candidateShareBp: 0,
    held: true,
    source: "automation",
    details: { kind: "rollback", decidedOn: { candidate: { failures: 40 } } },
  });
  expect(await connection.db.select().from(incidents).where(eq(incidents.environment, staging))).toHaveLength(1);
  expect(await look()).toMatchObject({ result: null });

  // A person sends traffic back at once: the cool-down holds, however bad it is.
  await addRevision(connection.db, staging, { shareBp: 5_000, at: ago(1_000) });
  await addGenerations(connection.db, staging, { count: 40, at: new Date(Date.now() - 900), state: "failed" });
  const later = new Date(Date.now() + 2 * 60_000);
  const cooling = await rollBackAutomatically(deps, staging, later);
  expect(cooling.result).toBeNull();
  expect(cooling.decision.why).toContain("must pass");
});

it("shows the whole plan: the track, its gates and its tasks, some ticked by rows, some by people", async () => {
  const done = async (key: string) => {
    const { tasks } = await readPhases(connection.db, deps.config, environment, new Date());
    return tasks.find((task) => task.key === key);
  };
  const view = await readPhases(connection.db, deps.config, environment, new Date());
  expect(view).toMatchObject({ nextStep: "gradual_100", revision: { candidateShareBp: 5_000 } });
  expect(view.track.map(({ state }) => state)).toEqual(["done", "done", "done", "current", "next", "ahead"]);
  expect(view.track.find(({ step }) => step === "gradual_100")?.gates.map(({ key }) => key)).toContain("not_worse");
  expect(await done("share_50")).toMatchObject({ done: true, kind: "automatic" });
  expect(await done("share_100")).toMatchObject({ done: false });
  expect(await done("endpoint_deployed")).toMatchObject({ done: true });
  expect(await done("code_complete")).toMatchObject({ done: true, words: "ticked in the rollout plan" });
  expect(await done("test_txt2img")).toMatchObject({ done: false, words: "no checklist run" });

  const tick = { environment, task: "canary_monitored", note: "two quiet days", done: true };
  await tickTask(deps, operator, tick);
  expect(await done("canary_monitored")).toMatchObject({ done: true, doneBy: "mira", words: "two quiet days" });
  await tickTask(deps, operator, { ...tick, note: "looked at the wrong day", done: false });
  expect(await done("canary_monitored")).toMatchObject({ done: false, doneBy: null });
});

it.each([
  ["a task that ticks itself", { task: "share_10" }, "BAD_REQUEST"],
  ["an unknown task", { task: "nonsense" }, "BAD_REQUEST"],
  ["no note", { note: "  " }, "BAD_REQUEST"],
  ["an unknown environment", { environment: "nowhere" }, "NOT_FOUND"],
  ["a tick that is not there", { done: false, task: "celebrated" }, "CONFLICT"],
])("tickTask refuses %s", async (_name, change, code) => {
  const input = { environment, task: "monitored", note: "seen", done: true, ...change };
  await expect(tickTask(deps, operator, input)).rejects.toMatchObject({ code });
});

it("changePolicy names the key that breaks its rule, and changes nothing then", async () => {
  const change = (part: Record<string, unknown>) =>
    changePolicy(deps, operator, { environment, change: { gates: part }, reason: "try it out" });
  await expect(change({ holdHours: -1 })).rejects.toMatchObject({
    code: "BAD_REQUEST",
    problems: [{ field: "gates.holdHours" }],
  });
  await expect(change({ nonsense: 1 })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  expect((await change({ holdHours: 12 })).gates.holdHours).toBe(12);
  expect((await readPolicy(connection.db, environment)).automation.promote).toBe(true);
  const reader: Operator = { ...operator, principal: { ...operator.principal, role: "viewer" } };
  await expect(
    changePolicy(deps, reader, { environment, change: {}, reason: "let me in please" }),
  ).rejects.toMatchObject({ code: "FORBIDDEN" });
});

it("whatIf estimates from the last seven days, and says what it lacks", async () => {
  const name = "what-if";
  await addRevision(connection.db, name, { shareBp: 1_000, at: ago(5 * DAY) });
  expect((await whatIf(connection.db, name, 5_000, new Date())).requestsPerDay.comfyui).toMatchObject({
    value: null,
    missing: "no requests in these days",
  });
  const prices = { baselineMicros: 75_000 };
  await addGenerations(connection.db, name, {
    count: 600,
    at: ago(4 * DAY),
    provider: "scenario",
    costMicros: 75_000,
    ...prices,
  });
  await addGenerations(connection.db, name, { count: 190, at: ago(DAY), costMicros: 5_000, ...prices });
  await addGenerations(connection.db, name, {
    count: 10,
    at: ago(DAY),
    costMicros: 20_000,
    coldClass: "cold",
    latencyMs: 45_000,
    ...prices,
  });
  await addGenerations(connection.db, name, { count: 500, at: ago(DAY), source: "playground" });
  const half = await whatIf(connection.db, name, 5_000, new Date());
  expect(half.base.n).toEqual({ scenario: 600, comfyui: 200 });
  expect(half.base.days).toBeCloseTo(4, 2);
  expect(half.requestsPerDay.comfyui.value).toBeCloseTo(100, 0);
  expect(half.coldStartsPerDay).toMatchObject({ n: 200 });
  expect(half.coldStartsPerDay.value).toBeCloseTo(5, 1);
  expect((half.costPerDayMicros.value ?? 0) / 1e6).toBeCloseTo(100 * 0.075 + 100 * 0.00575, 2);
  expect((half.savingPerDayMicros.value ?? 0) / 1e6).toBeCloseTo(100 * (0.075 - 0.00575), 2);
  expect(half.latencyMsP95.value).toBe(3_000);
  expect((await whatIf(connection.db, name, 10_000, new Date())).latencyMsP95.value).toBe(3_000);
});

it("every change has its audit entry, and the chain holds", async () => {
  expect(await verifyAudit(connection.db)).toMatchObject({ ok: true });
  expect((await currentRevision(connection.db, environment)).source).toBe("automation");
});
