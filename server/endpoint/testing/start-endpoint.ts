import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { createTestDatabase } from "@/db/testing/create-test-database";
import { parseConfig } from "@/server/config";
import { createLog } from "@/server/log";
import { seedPrices } from "@/server/prices/seed-prices";
import { createProviders, type ProviderRegistry } from "@/server/providers/registry";
import { type Sandbox, startSandbox } from "@/server/sandbox/start-sandbox";
import type { EndpointDeps } from "../types";

export interface TestEndpoint {
  connection: Connection;
  sandbox: Sandbox;
  registry: ProviderRegistry;
  deps: EndpointDeps;
  stop(): Promise<void>;
}

/** A sandbox's endpoint with a database of its own, and nothing that looks at it by itself. */
export async function startTestEndpoint(): Promise<TestEndpoint> {
  const database = await createTestDatabase();
  const connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  await seedPrices(connection.db);
  const sandbox = await startSandbox({ rateLimits: false });
  const { urls, credentials } = sandbox;
  const config = parseConfig({
    SWITCHYARD_SANDBOX_CONNECTION: JSON.stringify({ urls, credentials }),
    SWITCHYARD_SANDBOX: "on",
  });
  const registry = createProviders(config.providerSettings("sandbox"));
  const log = createLog({ level: "silent" });
  return {
    connection,
    sandbox,
    registry,
    deps: { db: connection.db, config, log, management: () => registry.management },
    async stop() {
      await registry.close();
      await sandbox.stop();
      await connection.close();
      await database.drop();
    },
  };
}
