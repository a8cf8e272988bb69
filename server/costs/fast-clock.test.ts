import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { newestBilling } from "@/db/queries/billing";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { parseConfig } from "@/server/config";
import { createProviders, type ProviderRegistry } from "@/server/providers/registry";
import { addRevision } from "@/server/rollout/gates/testing/rows";
import { type Sandbox, startSandbox } from "@/server/sandbox/start-sandbox";
import { importBilling } from "./import-billing";

const environment = "sandbox";
const HOUR = 3_600_000;
/** An hour of the sandbox's in a second of ours. */
const FACTOR = 3_600;
const MICROS_PER_SECOND = 1_100_000 / 3_600;

let database: TestDatabase;
let connection: Connection;
let sandbox: Sandbox;
let registry: ProviderRegistry;
beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  await addRevision(connection.db, environment, { shareBp: 0, at: new Date() });
  sandbox = await startSandbox({ clockFactor: FACTOR, rateLimits: false, endpoint: { workersMin: 1 } });
  const { urls, credentials, startedAtMs } = sandbox;
  const line = { urls, credentials, clockFactor: FACTOR, clockStartedAtMs: startedAtMs };
  const config = parseConfig({ SWITCHYARD_SANDBOX_CONNECTION: JSON.stringify(line), SWITCHYARD_SANDBOX: "on" });
  registry = createProviders(config.providerSettings(environment));
});
afterAll(async () => {
  await registry.close();
  await sandbox.stop();
  await connection.close();
  await database.drop();
});

const billedSeconds = async () => {
  const answer = await fetch(`${sandbox.urls.control}/ledger`);
  return ((await answer.json()) as { billedSeconds: number }).billedSeconds;
};

it("takes in the bill of a sandbox on a fast clock in our hours, all of it and nothing twice", async () => {
  const { management } = registry;
  if (management === null) throw new Error("the sandbox has an endpoint");
  // A kept worker is billed when it stops: after some hours of its own.
  await expect.poll(() => sandbox.now() - sandbox.startedAtMs, { timeout: 60_000 }).toBeGreaterThan(2 * HOUR);
  sandbox.configureEndpoint({ workersMin: 0 });
  await expect.poll(billedSeconds, { timeout: 60_000 }).toBeGreaterThan(3_600);
  const truth = (await billedSeconds()) * MICROS_PER_SECOND;

  const fromMs = Math.floor(sandbox.startedAtMs / HOUR) * HOUR;
  const span = { environment, fromMs, toMs: fromMs + 24 * HOUR };
  const options = { nowMs: fromMs + 4 * HOUR, signal: AbortSignal.timeout(60_000) };
  const hours = async () => {
    await importBilling({ db: connection.db, management }, span, options);
    return newestBilling(connection.db, { ...span, account: management.endpointId });
  };
  const total = async () => (await hours()).reduce((sum, { totalMicros }) => sum + totalMicros, 0);
  // The sandbox's running hour is not billed yet: a second later it is.
  await expect.poll(async () => Math.abs((await total()) - truth), { timeout: 60_000 }).toBeLessThan(10);
  // Of our hours only those hold any in which the sandbox ran, however many of its own went by.
  const spent = (await hours()).filter(({ totalMicros }) => totalMicros > 0);
  expect(spent.every(({ hourMs }) => hourMs >= fromMs && hourMs <= Date.now())).toBe(true);
  expect(spent.length).toBeLessThanOrEqual(2);
});
