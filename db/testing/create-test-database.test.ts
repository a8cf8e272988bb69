import pg from "pg";
import { describe, expect, it } from "vitest";
import { createTestDatabase } from "./create-test-database";

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe("createTestDatabase", () => {
  it("gives every caller a migrated database of its own", async () => {
    const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    await query(one.url, "create table only_here (id int)");

    const tables = "select to_regclass('generations')::text as product, to_regclass('only_here')::text as own";
    expect(await query(one.url, tables)).toEqual([{ product: "generations", own: "only_here" }]);
    expect(await query(two.url, tables)).toEqual([{ product: "generations", own: null }]);

    await Promise.all([one.drop(), two.drop()]);
    await expect(query(one.url, "select 1")).rejects.toMatchObject({ code: "3D000" });
  });

  it("drops a database that somebody is still connected to", async () => {
    const database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.url });
    client.on("error", () => {});
    await client.connect();
    await database.drop();
    await expect(client.query("select 1")).rejects.toThrow();
    await client.end().catch(() => {});
  });
});
