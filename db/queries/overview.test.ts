import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { environments, rolloutRevisions } from "@/db/schema";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { newId } from "@/server/domain/ids";
import { newestRevisions, overview } from "./overview";

let database: TestDatabase;
let connection: Connection;

beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  const { db } = connection;
  await db.insert(environments).values({ name: "production", currentRevision: 2 });
  for (const number of [1, 2])
    await db.insert(rolloutRevisions).values({
      id: newId(),
      environment: "production",
      number,
      candidateShareBp: number * 1000,
      phase: "gradual",
      salt: "s",
      source: "console",
      actor: "ada@example.com",
    });
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

it("says who serves, the newest revision first", async () => {
  expect(await overview(connection.db, "production")).toMatchObject({
    environment: "production",
    revision: { number: 2, candidateShareBp: 2_000 },
    audit: [],
  });
  expect((await newestRevisions(connection.db, "production", 9)).map(({ number }) => number)).toEqual([2, 1]);
});

it("knows nothing of an environment without revisions, and says so with null", async () => {
  expect(await overview(connection.db, "moon")).toEqual({ environment: "moon", revision: null, audit: [] });
});
