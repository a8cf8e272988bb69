import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Connection } from "@/db/client";
import { readAnnotations } from "@/db/queries/annotations";
import { endpointCheck, endpointHistory, endpointReleaseList } from "@/db/queries/endpoint";
import { auditEntries, endpointChecks } from "@/db/schema";
import type { EndpointChange } from "@/server/domain/endpoint/settings";
import { TESTER } from "@/server/engine/testing/start-system";
import { createProviders, type ProviderRegistry } from "@/server/providers/registry";
import type { Operator } from "@/server/rollout/types";
import type { Sandbox } from "@/server/sandbox/start-sandbox";
import { changeEndpoint } from "./change-endpoint";
import { readEndpointStatus } from "./read-status";
import { startTestEndpoint, type TestEndpoint } from "./testing/start-endpoint";
import type { EndpointDeps } from "./types";
import { undoEndpointChange } from "./undo-endpoint-change";
import { watchEndpoint } from "./watch-endpoint";

const environment = "sandbox";
const operator: Operator = { principal: TESTER, via: "cli", requestId: null };
const reason = "the test wants it so";

let endpoint: TestEndpoint;
let connection: Connection;
let sandbox: Sandbox;
let registry: ProviderRegistry;
let deps: EndpointDeps;
beforeAll(async () => {
  endpoint = await startTestEndpoint();
  ({ connection, sandbox, registry, deps } = endpoint);
});
afterAll(() => endpoint.stop());

const look = (now = new Date()) => watchEndpoint(deps, environment, now);
const history = () => endpointHistory(connection.db, environment, 100);
const newest = async () => (await history())[0];
const newestId = async () => (await newest())?.id ?? 0;
const change = async (wanted: EndpointChange, seenSnapshot?: number) =>
  changeEndpoint(
    deps,
    operator,
    { environment, change: wanted, reason, seenSnapshot: seenSnapshot ?? (await newestId()) },
    new Date(),
  );
const audit = async () => (await connection.db.select().from(auditEntries).orderBy(auditEntries.seq)).at(-1);

/** Somebody at RunPod's own console. */
async function changeAtRunpod(patch: object): Promise<void> {
  const response = await fetch(`${sandbox.urls.runpodManagement}/v2/serverless/${sandbox.credentials.endpointId}`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${sandbox.credentials.runpodApiKey}`, "content-type": "application/json" },
    body: JSON.stringify(patch),
  });
  expect(response.status).toBe(200);
}

it("records what it finds once, with workers, releases and prices, and nothing more while nothing changes", async () => {
  await expect(change({ workersMin: 1 }, 1)).rejects.toMatchObject({ code: "CONFLICT", message: /not read yet/ });
  await look();
  await look();
  expect(await history()).toMatchObject([{ origin: "first", changes: [], settings: { workersMin: 0, workersMax: 3 } }]);
  const check = await endpointCheck(connection.db, environment);
  expect(check).toMatchObject({ problem: null, isBusy: false, workers: { endpointVersion: 1 } });
  expect(check?.offers).toContainEqual(
    expect.objectContaining({ pool: "ADA_24", price: { micros: 1_100_000, per: 3_600 } }),
  );
  const { endpointId } = sandbox.credentials;
  expect(await endpointReleaseList(connection.db, environment, endpointId)).toMatchObject([
    { version: 1, isCurrent: true },
  ]);
});

it("changes the endpoint with its price, one audit entry and a flag for the charts, and takes it back", async () => {
  const before = await audit();
  const changed = await change({ workersMin: 1, idleTimeoutS: 30 });
  expect(changed).toMatchObject({
    otherwise: [],
    standing: { before: { perDayMicros: { low: 0 } }, after: { perDayMicros: { low: 26_400_000, high: 26_400_000 } } },
  });
  expect(await registry.management?.endpoint({ signal: AbortSignal.timeout(30_000) })).toMatchObject({
    workersMin: 1,
    idleTimeoutS: 30,
  });
  const entry = await audit();
  expect(entry).toMatchObject({
    action: "endpoint.changed",
    actor: "test",
    reason,
    target: "Workers min 0 → 1, Idle time-out 5 s → 30 s",
    before: { "Workers min": "0", standingPerDayMicros: 0 },
    after: { "Workers min": "1", standingPerDayMicros: 26_400_000 },
  });
  expect((entry?.seq ?? 0) - (before?.seq ?? 0)).toBe(1);
  await look();
  expect(await newest()).toMatchObject({ origin: "ours", actor: "test" });

  const undone = await undoEndpointChange(
    deps,
    operator,
    { environment, snapshot: changed.snapshot, reason },
    new Date(),
  );
  expect(await newest()).toMatchObject({ undoes: changed.snapshot, settings: { workersMin: 0, idleTimeoutS: 5 } });
  expect(await audit()).toMatchObject({ action: "endpoint.undone" });
  await expect(
    undoEndpointChange(deps, operator, { environment, snapshot: changed.snapshot, reason }, new Date()),
  ).rejects.toMatchObject({ code: "CONFLICT" });
  expect(undone.snapshot).toBe(await newestId());
  const { listed } = await readAnnotations(connection.db, { environment, fromMs: 0, toMs: Date.now() + 60_000 });
  expect(listed.map(({ text }) => text)).toContain("RunPod endpoint: Workers min 0 → 1, Idle time-out 5 s → 30 s");
});

it.each<[string, EndpointChange, string, RegExp]>([
  ["a minimum above the maximum", { workersMin: 4 }, "workersMin", /must not be above the maximum: 4 > 3/],
  ["a maximum below the minimum", { workersMax: -1 }, "workersMax", /whole number from 0/],
  ["an idle time-out of a day", { idleTimeoutS: 86_400 }, "idleTimeoutS", /from 1 to 3600/],
  [
    "an idle time-out with REQUEST_COUNT",
    { idleTimeoutS: 9, scaling: { type: "REQUEST_COUNT", requestCount: 1 } },
    "idleTimeoutS",
    /cannot be set with scaling by REQUEST_COUNT/,
  ],
  [
    "a pool that is none",
    { gpuPools: ["ADA_25"] },
    "gpuPools",
    /names no pool of RunPod's: ADA_25; there are .*ADA_24/,
  ],
  ["a time-out of a second", { executionTimeoutMs: 1_000 }, "executionTimeoutMs", /from 5 seconds/],
  ["nothing", { workersMin: 0 }, "change", /set like that already/],
])("refuses %s in words, and asks nothing of RunPod", async (_name, wanted, field, rule) => {
  const id = await newestId();
  await expect(change(wanted)).rejects.toMatchObject({
    code: "BAD_REQUEST",
    problems: [{ field, rule: expect.stringMatching(rule) }],
  });
  expect(await newestId()).toBe(id);
});

it("refuses a short reason and whoever may not operate", async () => {
  const input = { environment, change: { workersMin: 1 }, seenSnapshot: await newestId() };
  await expect(changeEndpoint(deps, operator, { ...input, reason: "why" }, new Date())).rejects.toMatchObject({
    problems: [{ field: "reason" }],
  });
  const viewer = { ...operator, principal: { ...TESTER, role: "viewer" as const } };
  await expect(changeEndpoint(deps, viewer, { ...input, reason }, new Date())).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
});

it("dates a change made elsewhere, and refuses one that was decided on the state before it", async () => {
  const seen = await newestId();
  await changeAtRunpod({ workers: { max: 5 } });
  await expect(change({ workersMin: 1 }, seen)).rejects.toMatchObject({
    code: "CONFLICT",
    message: /Workers max 3 → 5, by Outside Switchyard at 20/,
  });
  expect(await newest()).toMatchObject({
    origin: "outside",
    changes: [{ field: "Workers max", before: "3", after: "5" }],
  });
  expect(await audit()).toMatchObject({ action: "endpoint.changed_outside", via: "system" });
  // The stale page once more, now that the change is on record.
  await expect(change({ workersMin: 1 }, seen)).rejects.toMatchObject({
    code: "CONFLICT",
    message: /Outside Switchyard/,
  });

  await changeAtRunpod({ flashboot: "FLASHBOOT" });
  await look();
  const found = await newest();
  expect(found).toMatchObject({
    origin: "outside",
    changes: [{ field: "FlashBoot", before: "OFF", after: "FLASHBOOT" }],
  });
  await undoEndpointChange(deps, operator, { environment, snapshot: found?.id ?? 0, reason }, new Date());
  expect(await newest()).toMatchObject({ settings: { flashboot: "OFF", workersMax: 5 } });
});

it("knows a maximum that RunPod lowered because nobody asked the endpoint for days", async () => {
  await changeAtRunpod({ workers: { max: 2 } });
  await look();
  expect(await newest()).toMatchObject({
    actor: "RunPod",
    reason: "no request for 3 days: RunPod allows 2 workers at most",
  });
});

it("gives a release that no setting explains a flag of its own", async () => {
  await changeAtRunpod({ env: { CHANGED: "1" } });
  await look();
  expect(await audit()).toMatchObject({ action: "endpoint.released", target: "Release 2" });
  const { endpointId } = sandbox.credentials;
  expect(await endpointReleaseList(connection.db, environment, endpointId)).toMatchObject([
    { version: 2, isCurrent: true },
    { version: 1, isCurrent: false },
  ]);
});

it("lets one change at a time through, and takes a change whose end was not seen for its maker's", async () => {
  const id = await newestId();
  const both = await Promise.allSettled([change({ workersMin: 1 }, id), change({ workersMin: 2 }, id)]);
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const written = (await history()).filter((snapshot) => snapshot.id > id);
  expect(written).toMatchObject([{ origin: "ours", changes: [{ field: "Workers min", before: "0" }] }]);

  // The process died between RunPod's answer and our commit; its claim has run out.
  const pending = {
    change: { idleTimeoutS: 11 },
    actor: "ada",
    via: "console" as const,
    reason,
    requestId: "r1",
    undoes: null,
  };
  await connection.db
    .update(endpointChecks)
    .set({ pending, pendingUntil: sql`clock_timestamp() + interval '1 minute'` });
  await changeAtRunpod({ workers: { idleTimeout: 11 } });
  const before = await newestId();
  await look();
  expect(await newestId()).toBe(before);
  await connection.db.update(endpointChecks).set({ pendingUntil: sql`clock_timestamp() - interval '1 second'` });
  await look();
  expect(await newest()).toMatchObject({ origin: "ours", actor: "ada", reason });
});

it("says all that is known without asking RunPod, and what is wrong with it", async () => {
  const now = new Date(Date.now() + 2.5 * 86_400_000);
  const read = (at: Date) => readEndpointStatus({ ...deps, controlModel: null }, environment, at);
  const status = await read(new Date());
  expect(status).toMatchObject({
    snapshot: await newestId(),
    settings: { idleTimeoutS: 11 },
    price: { high: { micros: 1_100_000, per: 3_600 } },
    // $792.00 a month at the plan's $0.075 an image.
    breakEvenImages: 10_560,
  });
  expect(status?.history[0]).toMatchObject({ origin: "ours", actor: "ada", changes: [{ field: "Idle time-out" }] });
  expect(status?.findings.map(({ key }) => key)).toEqual(["idle_timeout_differs"]);
  // A worker stands and nobody asks.
  const later = await read(now);
  expect(later?.findings.map(({ key, level }) => `${key} ${level}`)).toContain("standing_without_traffic breach");
  expect(await readEndpointStatus({ ...deps, controlModel: null }, "elsewhere", now)).toBeNull();
});

it("writes down why it could not look, without losing what it knows", async () => {
  const broken = createProviders({
    ...deps.config.providerSettings(environment),
    comfyui: { ...deps.config.providerSettings(environment).comfyui, endpointId: "gone" },
  });
  await watchEndpoint({ ...deps, management: () => broken.management }, environment, new Date());
  await broken.close();
  expect(await endpointCheck(connection.db, environment)).toMatchObject({
    problem: expect.stringContaining("RunPod has no endpoint gone"),
    workers: { endpointVersion: 2 },
  });
});
