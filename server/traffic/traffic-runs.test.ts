import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { localPrincipal } from "@/server/auth/access";
import { AppError } from "@/server/errors";
import type { SubmitInput } from "@/server/gateway/types";
import type { Operator } from "@/server/rollout/types";
import { sendDueTraffic } from "./send-due-traffic";
import { readTraffic, startTraffic, stopTraffic } from "./traffic-runs";

const operator: Operator = { principal: localPrincipal("Mira"), via: "console", requestId: null };
const environment = "sandbox";
const input = { environment, profile: "steady", ratePerMinute: 60, minutes: 5 } as const;

let database: TestDatabase;
let connection: Connection;
let submitted: SubmitInput[];
beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
});
beforeEach(async () => {
  submitted = [];
  await connection.db.execute(sql`truncate traffic_runs`);
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

const deps = (environments = [environment, "production"]) => ({ db: connection.db, config: { environments } });
const gateway = {
  submit: async (order: SubmitInput) => {
    if (order.params.operation === "img2img") throw new AppError("OVERLOADED", "too many wait");
    submitted.push(order);
    return { id: "x", created: true };
  },
};
const send = () => sendDueTraffic({ db: connection.db, gateway });
/** As if the run had begun earlier. */
const pass = (seconds: number) =>
  connection.db.execute(sql`update traffic_runs set started_at = started_at - make_interval(secs => ${seconds})`);
const keys = () => submitted.map(({ idempotencyKey }) => idempotencyKey);

it("sends what is due, once, also when the note of it was lost", async () => {
  await startTraffic(deps(), operator, input);
  for (let seconds = 0; seconds < 60; seconds += 6) {
    await pass(6);
    await send();
  }
  const first = await readTraffic(connection.db, environment);
  expect(first).toMatchObject({ expected: 300, lastRefusal: "too many wait", startedBy: "Mira" });
  expect(first?.sent).toBe(submitted.length);
  // A minute of one a second; Poisson counts lie within five standard deviations.
  const all = (first?.sent ?? 0) + (first?.refused ?? 0);
  expect(Math.abs(all - 60)).toBeLessThan(5 * Math.sqrt(60));
  expect(new Set(keys()).size).toBe(submitted.length);
  expect(new Set(submitted.map(({ environment: to, source }) => `${to} ${source}`))).toEqual(new Set(["sandbox api"]));

  const before = keys();
  await connection.db.execute(sql`update traffic_runs set next_index = greatest(0, next_index - 3)`);
  await send();
  expect(
    keys()
      .slice(before.length)
      .every((key) => before.includes(key)),
  ).toBe(true);
});

it("does not make up for the time in which nobody ran, and ends at its end", async () => {
  await startTraffic(deps(), operator, input);
  await pass(200);
  await send();
  expect(submitted.length).toBeLessThan(40);
  await pass(101);
  await send();
  expect(await readTraffic(connection.db, environment)).toBeNull();
  const { length } = submitted;
  await pass(60);
  await send();
  expect(submitted.length).toBe(length);
});

it("is one run at a time, ends when it is told to, and is written down", async () => {
  const { id } = await startTraffic(deps(), operator, input);
  expect(await startTraffic(deps(), operator, { ...input, profile: "rush" })).toMatchObject({ id, profile: "steady" });
  await stopTraffic(deps(), operator, environment);
  await stopTraffic(deps(), operator, environment);
  await pass(60);
  await send();
  expect(submitted).toEqual([]);
  const { rows } = await connection.db.execute(sql`select action from audit_entries where target = ${id} order by seq`);
  expect(rows.map(({ action }) => action)).toEqual(["sample_traffic.started", "sample_traffic.stopped"]);
});

it("goes nowhere but to the sandbox", async () => {
  for (const act of [
    () => startTraffic(deps(), operator, { ...input, environment: "production" }),
    () => stopTraffic(deps(), operator, "production"),
    () => startTraffic(deps(["production"]), operator, input),
  ])
    await expect(act()).rejects.toMatchObject({ code: "BAD_REQUEST", problems: [{ field: "environment" }] });
});
