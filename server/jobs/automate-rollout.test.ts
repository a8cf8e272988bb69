import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { incidents } from "@/db/schema";
import { startSystem, TESTER, type TestSystem } from "@/server/engine/testing/start-system";
import { changePolicy } from "@/server/rollout/gates/change-policy";
import { addGenerations, addRevision } from "@/server/rollout/gates/testing/rows";
import { currentRevision } from "@/server/rollout/revision";
import type { RolloutDeps } from "@/server/rollout/types";
import { automaticPromotion, automaticRollback } from "./automate-rollout";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const environment = "sandbox";
const ago = (ms: number) => new Date(Date.now() - ms);

let system: TestSystem;
let connection: Connection;
let deps: RolloutDeps;
beforeAll(async () => {
  system = await startSystem({});
  connection = connect({ url: system.databaseUrl, name: "test", ...POOL_LIMITS.tool });
  const { config, provider, log } = system.runtime;
  deps = { db: connection.db, config, provider, log };
});
afterAll(async () => {
  await connection.close();
  await system.stop();
});

const current = () => currentRevision(connection.db, environment);
async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + 45_000;
  while (!(await condition())) {
    if (Date.now() > deadlineMs) throw new Error("it did not come true within 45 s");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
/** A candidate that fails every third time, beside a control that does not. */
async function addBadStep(): Promise<void> {
  await addRevision(connection.db, environment, { shareBp: 5_000, at: ago(3 * HOUR) });
  await addGenerations(connection.db, environment, { count: 40, at: ago(2 * HOUR) });
  await addGenerations(connection.db, environment, { count: 20, at: ago(HOUR), state: "failed" });
  await addGenerations(connection.db, environment, { count: 60, at: ago(HOUR), provider: "scenario" });
}

it("is left alone where the policy has switched it off, and done by a running instance where it has not", async () => {
  const operator = { principal: TESTER, via: "cli" as const, requestId: null };
  const switchTo = (rollBack: boolean) =>
    changePolicy(deps, operator, {
      environment,
      change: { automation: { rollBack } },
      reason: "the test wants it so",
    });
  await switchTo(false);
  await addBadStep();
  await automaticRollback(deps).run();
  expect(await current()).toMatchObject({ candidateShareBp: 5_000, held: false });

  await switchTo(true);
  // The instance's own job does it: nobody calls anything here.
  await until(async () => (await current()).held);
  const revision = await current();
  expect(revision).toMatchObject({ candidateShareBp: 0, source: "automation", actor: "Automatic rollback" });
  expect(revision.reason).toMatch(/ComfyUI is proved to be below 98%: \d+ of 30 of its newest succeeded/);
  expect(revision.details).toMatchObject({ decidedOn: { candidate: { successes: 40, failures: 20 } } });
  const opened = await connection.db.select().from(incidents).where(eq(incidents.environment, environment));
  expect(opened).toMatchObject([{ revision: revision.number, openedBy: "Automatic rollback", resolvedAt: null }]);

  const before = revision.number;
  await Promise.all([automaticRollback(deps).run(), automaticRollback(deps).run(), automaticPromotion(deps).run()]);
  expect((await current()).number).toBe(before);
});

it("promotes nothing by itself as long as nobody has switched it on", async () => {
  await addRevision(connection.db, environment, { shareBp: 1_000, at: ago(2 * DAY) });
  const before = (await current()).number;
  await automaticPromotion(deps).run();
  expect((await current()).number).toBe(before);
});

it("goes on to the other environments where one is in trouble", async () => {
  const warned: unknown[] = [];
  const log = { ...deps.log, warn: (_message: string, fields?: unknown) => void warned.push(fields) };
  const config = { ...deps.config, environments: ["nowhere", "elsewhere"] };
  await automaticRollback({ ...deps, config, log }).run();
  expect(warned).toMatchObject([{ environment: "nowhere" }, { environment: "elsewhere" }]);
});
