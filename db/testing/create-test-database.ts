import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import { createDatabase, dropDatabase } from "./admin";

export interface TestDatabase {
  url: string;
  /** Ends whoever is still connected. What is not dropped goes with the run. */
  drop(): Promise<void>;
}

/** A database of its own with the current schema and no rows, for one test file. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { serverUrl, prefix, template } = inject("testDatabase");
  const name = `${prefix}_${randomUUID().slice(0, 8)}`;
  const url = await createDatabase(serverUrl, name, template);
  return { url, drop: () => dropDatabase(serverUrl, name) };
}
