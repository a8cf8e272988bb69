import type { Socket } from "node:net";
import { sql } from "drizzle-orm";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";

let database: TestDatabase;
let connection: Connection;
const errors: string[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({
    url: database.url,
    name: "test",
    ...POOL_LIMITS.worker,
    onError: (e) => errors.push(e.message),
  });
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("the condition did not come true");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe("a connection that the server ends", () => {
  // Regression: a killed PostgreSQL ended a worker that was inside a transaction, between two statements.
  it("is told of and ends nobody's process, also when it is checked out and waits for its next statement", async () => {
    const client = await connection.pool.connect();
    await client.query("begin");
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    await connection.pool.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
    await until(() => errors.length > 0);
    await expect(client.query("select 1")).rejects.toThrow();
    client.release(true);
    expect((await connection.pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  // Regression: each kept its place in the pool for ever, until a rollback could get none.
  it("costs the pool no place, whichever statement of a transaction it fails at", async () => {
    const { pool } = connection;
    const die = (client: pg.PoolClient) => {
      (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
    };
    for (let lost = 0; lost < 3; lost++) {
      // `begin` itself is refused: the pool hands out a connection that dies at that moment.
      pool.once("acquire", die);
      await expect(connection.db.transaction(async () => undefined)).rejects.toThrow();
      // It dies within the transaction, and the rollback can't be sent either.
      const work = connection.db.transaction((tx) => tx.execute(sql`select pg_terminate_backend(pg_backend_pid())`));
      await expect(work).rejects.toThrow();
    }
    await until(() => pool.totalCount === pool.idleCount);
  });
});
