import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres, stopAbandonedPostgres } from "@/db/embedded/start-embedded-postgres";
import { migrate } from "@/db/migrate";
import { createDatabase, dropDatabases, sealTemplate } from "./admin";

declare module "vitest" {
  export interface ProvidedContext {
    testDatabase: { serverUrl: string; prefix: string; template: string };
  }
}

const FOLDER_PREFIX = `switchyard-test-db-${process.getuid?.() ?? 0}-`;

/**
 * One database server for the whole run (TEST_DATABASE_URL, else an embedded one in a temporary folder) with one
 * migrated template; test files clone it by createTestDatabase().
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const outside = process.env.TEST_DATABASE_URL;
  const server =
    outside === undefined || outside === "" ? await startTemporary() : { url: outside, stop: async () => {} };
  const prefix = `switchyard_test_${Date.now()}_${process.pid}`;
  const template = `${prefix}_template`;
  const tearDown = async () => {
    await dropDatabases(server.url, prefix).finally(server.stop);
  };
  try {
    await migrate({ databaseUrl: await createDatabase(server.url, template) });
    await sealTemplate(server.url, template);
  } catch (error) {
    await tearDown();
    throw error;
  }
  project.provide("testDatabase", { serverUrl: server.url, prefix, template });
  return tearDown;
}

async function startTemporary(): Promise<{ url: string; stop: () => Promise<void> }> {
  await removeLeftovers();
  const dataDir = mkdtempSync(join(tmpdir(), FOLDER_PREFIX));
  // As root the database runs under another account, which has to get through.
  chmodSync(dataDir, 0o711);
  const postgres = await startEmbeddedPostgres({ dataDir, durable: false, log: () => {} });
  return {
    url: postgres.url,
    stop: async () => {
      await postgres.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A test run that was killed leaves its server behind. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(FOLDER_PREFIX)) continue;
    const dataDir = join(tmpdir(), name);
    if (await stopAbandonedPostgres(dataDir, () => {})) rmSync(dataDir, { recursive: true, force: true });
  }
}
