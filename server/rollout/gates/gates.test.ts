import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { listGenerations } from "@/db/queries/list-generations";
import { batches, batchVotes, checklistResults, environmentPolicies, incidents, providerChecks } from "@/db/schema";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { configurationMark } from "@/server/checklist/configuration-mark";
import { parseConfig } from "@/server/config";
import type { BatchParams, BlindChoice } from "@/server/domain/batch";
import { CHECKLIST_ITEMS, type ChecklistState } from "@/server/domain/checklist";
import type { GateKey, GateResult, Step } from "@/server/domain/gates";
import { newId } from "@/server/domain/ids";
import { evaluateGates } from "./evaluate-gates";
import { redGates } from "./red-gates";
import { addGenerations, addRevision } from "./testing/rows";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const now = new Date();
const ago = (ms: number) => new Date(now.getTime() - ms);

const config = parseConfig({});
const params: BatchParams = {
  negativePrompt: null,
  width: null,
  height: null,
  steps: null,
  guidance: null,
  seed: null,
};

let database: TestDatabase;
let connection: Connection;
let made = 0;
beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  await addRevision(connection.db, "another", { shareBp: 0, at: ago(30 * DAY) });
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

/** An environment of its own; without a staging environment beside it, it is its own canary. */
async function environmentAt(shareBp: number, heldMs: number, phase: "validation" | "gradual" = "gradual") {
  const name = `e${++made}`;
  await addRevision(connection.db, name, { shareBp: 0, at: ago(heldMs + 30 * DAY), phase: "validation" });
  await addRevision(connection.db, name, { shareBp, at: ago(heldMs), phase });
  return name;
}
async function gatesOf(environment: string, step: Step, environments = [environment]) {
  const results = await evaluateGates(connection.db, { ...config, environments }, environment, step, now);
  return (key: GateKey): GateResult => {
    const found = results.find((gate) => gate.key === key);
    if (!found) throw new Error(`${step} has no gate ${key}`);
    return found;
  };
}
const check = (environment: string, provider: "scenario" | "comfyui", ok: boolean) =>
  connection.db
    .insert(providerChecks)
    .values({
      environment,
      provider,
      ok,
      problem: ok ? null : "refused our key",
      checkedWhat: "live call",
      roundTripMs: 9,
    })
    .onConflictDoUpdate({
      target: [providerChecks.environment, providerChecks.provider],
      set: { ok, problem: ok ? null : "refused our key", checkedAt: sql`clock_timestamp()` },
    });
const generate = (environment: string, rows: Parameters<typeof addGenerations>[2]) =>
  addGenerations(connection.db, environment, rows);

describe("validation", () => {
  it("endpoint_healthy follows the live check; nothing checked is no data", async () => {
    const environment = await environmentAt(0, DAY, "validation");
    const read = async () => (await gatesOf(environment, "canary"))("endpoint_healthy");
    expect(await read()).toMatchObject({ green: false, verdict: { kind: "no_data" } });
    await check(environment, "comfyui", true);
    expect(await read()).toMatchObject({ green: true, verdict: { kind: "proved_good" } });
    await check(environment, "comfyui", false);
    const red = await read();
    expect(red).toMatchObject({ green: false, verdict: { kind: "proved_bad" } });
    expect(red.verdict.words).toContain("refused our key");
    await connection.db.execute(
      sql`update provider_checks set ok = true, checked_at = clock_timestamp() - interval '1 hour' where environment = ${environment}`,
    );
    expect(await read()).toMatchObject({ green: false });
  });

  it("checklist_passed says that there was no run", async () => {
    const environment = await environmentAt(0, DAY, "validation");
    const gate = (await gatesOf(environment, "canary"))("checklist_passed");
    expect(gate).toMatchObject({ green: false, verdict: { kind: "no_data", words: "no checklist run" } });
  });

  it("checklist_passed counts fresh passes of this configuration, by run, by hand or skipped, and nothing else", async () => {
    const environment = await environmentAt(0, DAY, "validation");
    const read = async () => (await gatesOf(environment, "canary"))("checklist_passed");
    const configuration = await configurationMark(connection.db, config, environment);
    const add = async (
      item: (typeof CHECKLIST_ITEMS)[number],
      state: ChecklistState,
      daysAgo: number,
      mark = configuration,
    ) =>
      connection.db.insert(checklistResults).values({
        id: newId(),
        environment,
        item,
        state,
        configuration: mark,
        recordedBy: "test",
        createdAt: ago(daysAgo * DAY),
        endedAt: ago(daysAgo * DAY),
      });
    const [first, second, third, ...others] = CHECKLIST_ITEMS;
    for (const item of others) await add(item, "passed", 6);
    await add(first, "passed", 8);
    await add(second, "passed", 6, "another endpoint");
    await add(third, "failed", 6);
    expect(await read()).toMatchObject({
      green: false,
      verdict: { words: `3 of 6 passed, missing: ${first}, ${second}, ${third}` },
    });
    await add(first, "by_hand", 1);
    await add(second, "passed", 1);
    await add(third, "skipped", 1);
    // Neither says anything: what was found before them stands.
    await add(first, "cancelled", 0);
    await add(second, "running", 0);
    expect(await read()).toMatchObject({ green: true, verdict: { words: "6 of 6 passed" } });
    await add(third, "failed", 0);
    expect(await read()).toMatchObject({ green: false, verdict: { words: `5 of 6 passed, missing: ${third}` } });
  });
});

describe("canary", () => {
  it("is judged on staging's generations, and on nothing of the environment itself", async () => {
    const environment = await environmentAt(0, DAY, "validation");
    await addRevision(connection.db, "staging", { shareBp: 0, at: ago(3 * DAY), phase: "validation" });
    const read = () => gatesOf(environment, "gradual_10", [environment, "staging"]);
    await generate(environment, { count: 300, at: ago(HOUR) });

    let gate = await read();
    expect(gate("candidate_in_staging")).toMatchObject({ green: false, verdict: { kind: "proved_bad" } });
    expect(gate("canary_generations")).toMatchObject({ green: false, verdict: { kind: "no_data", more: 20 } });

    await addRevision(connection.db, "staging", { shareBp: 10_000, at: ago(2 * HOUR), phase: "canary" });
    await generate("staging", { count: 19, at: ago(HOUR) });
    // Before the share was set, of another source, or at the control: none of it counts.
    await generate("staging", { count: 50, at: ago(4 * HOUR) });
    await generate("staging", { count: 50, at: ago(HOUR), source: "playground" });
    await generate("staging", { count: 50, at: ago(HOUR), provider: "scenario" });
    gate = await read();
    expect(gate("candidate_in_staging").green).toBe(true);
    expect(gate("canary_generations")).toMatchObject({ green: false, verdict: { value: 19, more: 1 } });

    await generate("staging", { count: 1, at: ago(HOUR) });
    gate = await read();
    expect(gate("canary_generations").green).toBe(true);
    // Twenty clean ones prove no such rate; the verdict says so, and the canary does not ask for more.
    expect(gate("canary_success")).toMatchObject({ green: true, verdict: { kind: "not_proved_yet", more: 169 } });

    await generate("staging", { count: 1, at: ago(HOUR), state: "failed" });
    expect((await read())("canary_success")).toMatchObject({ green: false, verdict: { kind: "not_proved_yet" } });
  });

  it("no_open_incident looks here and in staging", async () => {
    const environment = await environmentAt(0, DAY, "validation");
    const read = async () => (await gatesOf(environment, "gradual_10", [environment, "staging"]))("no_open_incident");
    expect(await read()).toMatchObject({ green: true });
    const incident = { revision: 2, previousRevision: 1, title: "Rolled back from 10%", openedBy: "test" };
    await connection.db.insert(incidents).values({ id: newId(), environment: "staging", ...incident });
    const open = await read();
    expect(open).toMatchObject({ green: false, verdict: { kind: "proved_bad" } });
    expect(open.verdict.words).toContain("staging: Rolled back from 10%");
    await connection.db.execute(sql`update incidents set resolved_at = clock_timestamp()`);
    expect(await read()).toMatchObject({ green: true });
  });

  it("blind_comparison is asked where the policy says so, of pairs here and in staging, and believes only proof", async () => {
    const environment = await environmentAt(0, DAY, "validation");
    const environments = [environment, "staging"];
    const results = () => evaluateGates(connection.db, { ...config, environments }, environment, "gradual_10", now);
    const read = async () => (await results()).find(({ key }) => key === "blind_comparison");
    const vote = async (where: string, at: Date, choices: BlindChoice[]) => {
      const batch = { id: newId(), environment: where, name: "eyes", params, capMicros: 1, startedBy: "mira" };
      await connection.db.insert(batches).values(batch);
      const votes = choices.map((choice, position) => ({
        position,
        choice,
        left: "comfyui" as const,
        voter: "mira",
        at,
      }));
      if (votes.length > 0)
        await connection.db.insert(batchVotes).values(votes.map((row) => ({ ...row, batchId: batch.id })));
    };
    const many = (n: number, choice: BlindChoice) => Array.from({ length: n }, () => choice);
    expect(await read()).toBeUndefined();

    const policy = { gates: { blindWinRateMinBp: 4_500, blindMaxAgeDays: 14 } };
    await connection.db.insert(environmentPolicies).values({ environment, policy, updatedBy: "mira" });
    await vote("staging", ago(15 * DAY), many(50, "comfyui"));
    await vote("another", ago(HOUR), many(50, "comfyui"));
    expect(await read()).toMatchObject({ green: false, verdict: { kind: "no_data" } });
    await vote("staging", ago(HOUR), [...many(4, "comfyui"), ...many(3, "scenario"), ...many(9, "none")]);
    const open = await read();
    expect(open).toMatchObject({ green: false, verdict: { kind: "not_proved_yet", n: 7, threshold: 0.45 } });
    expect(open?.verdict.words).toMatch(
      /4 of 7 pairs that differ went to ComfyUI .*: not proved yet, about \d+ more for/,
    );
    expect(open?.population).toContain("1 person compared blind; 9 more showed no difference");
    await vote(environment, ago(HOUR), many(60, "comfyui"));
    expect(await read()).toMatchObject({ green: true, verdict: { kind: "proved_good", n: 67 } });
    await vote("staging", ago(HOUR), many(400, "scenario"));
    expect(await read()).toMatchObject({ green: false, verdict: { kind: "proved_bad" } });
  });

  it("an environment without a staging one beside it is its own canary", async () => {
    const environment = await environmentAt(0, DAY, "validation");
    expect((await gatesOf(environment, "gradual_10"))("candidate_in_staging").green).toBe(false);
    await generate(environment, { count: 20, at: ago(HOUR), forced: true });
    const gate = await gatesOf(environment, "gradual_10");
    expect(gate("candidate_in_staging").green).toBe(true);
    expect(gate("canary_generations").green).toBe(true);
  });
});

describe("a gradual step", () => {
  it("held turns green after the hold time; a rollback that was undone does not restart it", async () => {
    const fresh = await environmentAt(1_000, 23 * HOUR);
    expect((await gatesOf(fresh, "gradual_50"))("held")).toMatchObject({
      green: false,
      verdict: { kind: "not_proved_yet", value: 23 * HOUR, threshold: DAY },
    });
    const long = await environmentAt(1_000, 25 * HOUR);
    expect((await gatesOf(long, "gradual_50"))("held").green).toBe(true);
    const rollback = await addRevision(connection.db, long, { shareBp: 0, at: ago(HOUR), held: true });
    expect((await gatesOf(long, "gradual_50"))("held")).toMatchObject({ green: false, verdict: { kind: "no_data" } });
    await addRevision(connection.db, long, {
      shareBp: 1_000,
      at: ago(HOUR - 9_000),
      details: { kind: "undo", of: rollback },
    });
    expect((await gatesOf(long, "gradual_50"))("held").green).toBe(true);
  });

  it("generations, success, errors, latency_warm and not_worse turn green by their own rows", async () => {
    const environment = await environmentAt(1_000, DAY);
    const read = () => gatesOf(environment, "gradual_50");
    let gate = await read();
    for (const key of ["generations", "success", "errors", "latency_warm", "not_worse", "cold_starts"] as const) {
      expect(gate(key)).toMatchObject({ green: false, verdict: { kind: "no_data" } });
    }
    await generate(environment, { count: 189, at: ago(3 * HOUR) });
    gate = await read();
    expect(gate("generations")).toMatchObject({ green: false, verdict: { value: 189, more: 11 } });
    expect(gate("success")).toMatchObject({ green: true, verdict: { kind: "proved_good", n: 189 } });
    expect(gate("errors")).toMatchObject({ green: true, verdict: { value: 0 } });
    expect(gate("latency_warm")).toMatchObject({ green: true, verdict: { value: 3_000, n: 189 } });
    expect(gate("not_worse")).toMatchObject({ green: false, verdict: { kind: "no_data" } });

    await generate(environment, { count: 1_000, at: ago(3 * HOUR) });
    await generate(environment, { count: 3_000, at: ago(3 * HOUR), provider: "scenario" });
    gate = await read();
    expect(gate("generations").green).toBe(true);
    expect(gate("not_worse")).toMatchObject({ green: true, verdict: { kind: "proved_good", n: 4_189 } });
  });

  it("what a fallback saved is the caller's success, an error of the attempt, and the candidate's failure", async () => {
    const environment = await environmentAt(5_000, DAY);
    await generate(environment, { count: 300, at: ago(3 * HOUR) });
    await generate(environment, { count: 60, at: ago(2 * HOUR), provider: "scenario", rescuedFrom: "comfyui" });
    await generate(environment, { count: 400, at: ago(2 * HOUR), provider: "scenario" });
    const gate = await gatesOf(environment, "gradual_100");
    expect(gate("success")).toMatchObject({ green: true, verdict: { n: 300 } });
    expect(gate("errors")).toMatchObject({ green: false, verdict: { kind: "proved_bad", n: 360, value: 60 / 360 } });
    expect(gate("not_worse")).toMatchObject({ green: false, verdict: { kind: "proved_bad", n: 760 } });
  });

  it("what the request is at fault for, or a caller named the provider for, does not compare the providers", async () => {
    const environment = await environmentAt(5_000, DAY);
    await generate(environment, { count: 30, at: ago(2 * HOUR) });
    await generate(environment, { count: 30, at: ago(2 * HOUR), provider: "scenario" });
    await generate(environment, { count: 20, at: ago(HOUR), state: "failed", failureMode: "content_rejected" });
    await generate(environment, { count: 20, at: ago(HOUR), state: "failed", forced: true });
    const gate = await gatesOf(environment, "gradual_100");
    expect(gate("not_worse").verdict).toMatchObject({ n: 60, value: 0 });
    expect(gate("success").verdict).toMatchObject({ n: 70, kind: "proved_bad" });
  });

  it("slow warm generations and failures turn it red", async () => {
    const environment = await environmentAt(1_000, DAY);
    await generate(environment, { count: 200, at: ago(3 * HOUR) });
    await generate(environment, { count: 60, at: ago(2 * HOUR), latencyMs: 14_000 });
    await generate(environment, { count: 300, at: ago(2 * HOUR), latencyMs: 90_000, coldClass: "cold" });
    await generate(environment, { count: 40, at: ago(HOUR), state: "failed" });
    const gate = await gatesOf(environment, "gradual_50");
    expect(gate("latency_warm")).toMatchObject({
      green: false,
      verdict: { kind: "proved_bad", n: 260, value: 14_000, interval: { low: 14_000, high: 14_000 } },
    });
    expect(gate("success")).toMatchObject({ green: false, verdict: { kind: "proved_bad", n: 600 } });
    expect(gate("errors")).toMatchObject({ green: false, verdict: { kind: "proved_bad" } });
  });

  it("cold_starts compares the later half with the earlier one", async () => {
    const environment = await environmentAt(1_000, 3 * DAY);
    await generate(environment, { count: 900, at: ago(40 * HOUR) });
    await generate(environment, { count: 90, at: ago(40 * HOUR), coldClass: "cold" });
    await generate(environment, { count: 900, at: ago(10 * HOUR) });
    await generate(environment, { count: 80, at: ago(10 * HOUR), coldClass: "cold" });
    await generate(environment, { count: 500, at: ago(10 * HOUR), coldClass: "unknown" });
    expect((await gatesOf(environment, "gradual_50"))("cold_starts")).toMatchObject({
      green: true,
      verdict: { kind: "proved_good", n: 1_970 },
    });
    await generate(environment, { count: 300, at: ago(5 * HOUR), coldClass: "cold" });
    expect((await gatesOf(environment, "gradual_50"))("cold_starts")).toMatchObject({
      green: false,
      verdict: { kind: "proved_bad" },
    });
  });

  it("rollback_drill wants a rollback of the last week with its time", async () => {
    const environment = await environmentAt(1_000, 20 * DAY);
    const read = async () => (await gatesOf(environment, "gradual_50"))("rollback_drill");
    const drill = (at: Date, details: Record<string, unknown>) =>
      addRevision(connection.db, environment, {
        shareBp: 0,
        at,
        held: true,
        details: { kind: "rollback", ...details },
      });
    expect(await read()).toMatchObject({ green: false, verdict: { kind: "no_data" } });
    await drill(ago(8 * DAY), { pressedAtMs: now.getTime() - 8 * DAY - 38 });
    expect(await read()).toMatchObject({ green: false, verdict: { kind: "proved_bad" } });
    await drill(ago(6 * DAY), {});
    expect(await read()).toMatchObject({ green: false, verdict: { kind: "proved_bad" } });
    await drill(ago(5 * DAY), { pressedAtMs: now.getTime() - 5 * DAY - 38 });
    const green = await read();
    expect(green).toMatchObject({ green: true });
    expect(green.verdict.words).toContain("committed in 38 ms, 0 late");
  });
});

it("deprecation wants a week at 100 %", async () => {
  expect((await gatesOf(await environmentAt(10_000, 6 * DAY), "deprecation"))("soaked").green).toBe(false);
  expect((await gatesOf(await environmentAt(10_000, 8 * DAY), "deprecation"))("soaked").green).toBe(true);
  expect((await gatesOf(await environmentAt(5_000, 8 * DAY), "deprecation"))("soaked").verdict.kind).toBe("no_data");
});

it("the link of a gate shows its rows", async () => {
  const environment = await environmentAt(1_000, DAY);
  await generate(environment, { count: 12, at: ago(HOUR) });
  await generate(environment, { count: 5, at: ago(HOUR), coldClass: "cold" });
  await generate(environment, { count: 7, at: ago(2 * DAY) });
  await generate(environment, { count: 7, at: ago(HOUR), source: "checklist" });
  await connection.db.execute(sql`insert into generation_requests (generation_id, params, sticky_key, receipt, caller)
    select id, '{}', id::text, '{}', 'test' from generations where environment = ${environment}`);
  const gate = await gatesOf(environment, "gradual_50");
  for (const [key, count] of [
    ["success", 17],
    ["latency_warm", 12],
  ] as const) {
    const { link, population, verdict } = gate(key);
    if (!link) throw new Error("no link");
    const { rows } = await listGenerations(connection.db, link, { sort: "-time", after: null, limit: 100 }, () => "");
    expect(rows).toHaveLength(count);
    expect(verdict.n).toBe(count);
    expect(population).toContain("sources api and cli");
  }
});

it("redGates names what is red for a rise, and asks nothing of a fall", async () => {
  const environment = await environmentAt(1_000, DAY);
  const red = redGates({ db: connection.db, config: { ...config, environments: [environment] }, now: () => now });
  const names = (await red(environment, 5_000)).map(({ key }) => key);
  expect(names).toEqual(expect.arrayContaining(["generations", "success", "not_worse", "rollback_drill"]));
  expect(names).not.toContain("held");
  expect(names).not.toContain("checklist_passed");
  expect((await red(environment, 10_000)).map(({ key }) => key)).toContain("checklist_passed");
  expect(await red(environment, 1_000)).toEqual([]);
  expect(await red(environment, 0)).toEqual([]);
  await expect(red("nowhere", 1_000)).rejects.toMatchObject({ code: "NOT_FOUND" });
});
