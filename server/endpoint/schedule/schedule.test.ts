import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Connection } from "@/db/client";
import { endpointHistory } from "@/db/queries/endpoint";
import { endpointSchedule } from "@/db/queries/endpoint-schedule";
import { auditEntries } from "@/db/schema";
import type { EndpointSchedule } from "@/server/domain/endpoint/schedule";
import { TESTER } from "@/server/engine/testing/start-system";
import type { ProviderRegistry } from "@/server/providers/registry";
import type { Operator } from "@/server/rollout/types";
import type { Sandbox } from "@/server/sandbox/start-sandbox";
import { changeEndpoint } from "../change-endpoint";
import { readEndpointStatus } from "../read-status";
import { startTestEndpoint, type TestEndpoint } from "../testing/start-endpoint";
import type { EndpointDeps } from "../types";
import { watchEndpoint } from "../watch-endpoint";
import { applySchedule } from "./apply-schedule";
import { removeEndpointSchedule, resumeEndpointSchedule, setEndpointSchedule } from "./set-schedule";

const environment = "sandbox";
const operator: Operator = { principal: TESTER, via: "cli", requestId: null };
const reason = "the test wants it so";
const hours: EndpointSchedule = {
  weekdays: [1, 2, 3, 4, 5],
  fromHour: 8,
  toHour: 19,
  workers: 1,
  otherwise: 0,
  timeZone: "Europe/Berlin",
};
/** A Wednesday in Berlin. */
const MORNING = new Date("2026-11-25T06:30:00Z");
const NOON = new Date("2026-11-25T11:00:00Z");
const EVENING = new Date("2026-11-25T19:00:00Z");

let endpoint: TestEndpoint;
let connection: Connection;
let sandbox: Sandbox;
let registry: ProviderRegistry;
let deps: EndpointDeps;
beforeAll(async () => {
  endpoint = await startTestEndpoint();
  ({ connection, sandbox, registry, deps } = endpoint);
  await watchEndpoint(deps, environment, new Date());
});
afterAll(() => endpoint.stop());
beforeEach(async () => {
  if ((await workersMin()) !== 0) await byHand(0);
  await set(hours);
});

const set = (schedule: EndpointSchedule) => setEndpointSchedule(deps, operator, { environment, reason, schedule });
const apply = (now: Date) => applySchedule(deps, environment, now);
const newest = async () => (await endpointHistory(connection.db, environment, 1))[0];
const workersMin = async () => {
  const settings = await registry.management?.endpoint({ signal: AbortSignal.timeout(30_000) });
  return settings?.workersMin;
};
const byHand = async (min: number) =>
  changeEndpoint(
    deps,
    operator,
    { environment, change: { workersMin: min }, reason, seenSnapshot: (await newest())?.id ?? 0 },
    new Date(),
  );

it("keeps its hours, each change with its reason in the history, and changes nothing in between", async () => {
  await apply(MORNING);
  expect(await workersMin()).toBe(0);
  await apply(NOON);
  expect(await workersMin()).toBe(1);
  const kept = await newest();
  expect(kept).toMatchObject({
    origin: "ours",
    actor: "Endpoint schedule",
    reason: "1 worker mon to fri 8–19 h, Europe/Berlin, else 0, set by test",
  });
  await apply(NOON);
  await watchEndpoint(deps, environment, NOON);
  await apply(NOON);
  expect((await newest())?.id).toBe(kept?.id);
  await apply(EVENING);
  expect(await workersMin()).toBe(0);
  expect(await endpointSchedule(connection.db, environment)).toMatchObject({ suspendedAt: null, problem: null });
});

it("keeps a night over midnight from the evening on which it begins to the morning after", async () => {
  await set({ ...hours, weekdays: [3], fromHour: 22, toHour: 6 });
  expect((await endpointSchedule(connection.db, environment))?.toHour).toBe(6);
  const kept: (number | undefined)[] = [];
  for (const at of ["25T20:59", "25T21:00", "26T04:59", "26T05:00", "26T22:00"]) {
    await apply(new Date(`2026-11-${at}:00Z`));
    kept.push(await workersMin());
  }
  expect(kept).toEqual([0, 1, 1, 0, 0]);
});

it("changes the endpoint once, however many instances apply it", async () => {
  const before = (await newest())?.id ?? 0;
  await Promise.all(Array.from({ length: 5 }, () => apply(NOON)));
  await apply(NOON);
  const written = (await endpointHistory(connection.db, environment, 10)).filter(({ id }) => id > before);
  expect(written).toMatchObject([{ changes: [{ field: "Workers min", after: "1" }] }]);
  expect(await endpointSchedule(connection.db, environment)).toMatchObject({ suspendedAt: null });
});

it("gives way to a person's change of the minimum until it is resumed, and not to another setting's", async () => {
  await changeEndpoint(
    deps,
    operator,
    { environment, change: { idleTimeoutS: 31 }, reason, seenSnapshot: (await newest())?.id ?? 0 },
    new Date(),
  );
  await apply(NOON);
  expect(await workersMin()).toBe(1);
  await byHand(2);
  await apply(NOON);
  await apply(EVENING);
  expect(await workersMin()).toBe(2);
  expect(await endpointSchedule(connection.db, environment)).toMatchObject({ suspendedBy: "test: Workers min 1 → 2" });
  const entries = await connection.db.select().from(auditEntries).orderBy(auditEntries.seq);
  expect(entries.filter(({ action }) => action === "endpoint.schedule_suspended")).toHaveLength(1);
  const status = await readEndpointStatus({ ...deps, controlModel: null }, environment, EVENING);
  expect(status?.schedule).toMatchObject({ workers: 1, suspendedBy: "test: Workers min 1 → 2" });

  await resumeEndpointSchedule(deps, operator, { environment, reason });
  await apply(EVENING);
  expect(await workersMin()).toBe(0);
});

it("is told of a change that somebody made at RunPod too", async () => {
  const { urls, credentials } = sandbox;
  const address = `${urls.runpodManagement}/v2/serverless/${credentials.endpointId}`;
  const headers = { authorization: `Bearer ${credentials.runpodApiKey}`, "content-type": "application/json" };
  await fetch(address, { method: "PATCH", headers, body: JSON.stringify({ workers: { min: 3 } }) });
  await watchEndpoint(deps, environment, NOON);
  await apply(NOON);
  expect(await workersMin()).toBe(3);
  expect((await endpointSchedule(connection.db, environment))?.suspendedBy).toBe(
    "Outside Switchyard: Workers min 0 → 3",
  );
});

it("refuses more than the endpoint may have, and what is not there", async () => {
  await expect(set({ ...hours, workers: 4 })).rejects.toMatchObject({
    problems: [{ field: "workers", rule: expect.stringContaining("4 > 3") }],
  });
  await expect(resumeEndpointSchedule(deps, operator, { environment, reason })).rejects.toMatchObject({
    message: expect.stringContaining("not suspended"),
  });
  await removeEndpointSchedule(deps, operator, { environment, reason });
  await apply(NOON);
  expect(await workersMin()).toBe(0);
  await expect(removeEndpointSchedule(deps, operator, { environment, reason })).rejects.toMatchObject({
    code: "CONFLICT",
  });
});
