import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { auditEntries, auditHead } from "@/db/schema";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { recordAudit } from "./record-audit";
import { verifyAudit } from "./verify-audit";

let database: TestDatabase;
let connection: Connection;

beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

/** Somebody with the database's password who switches our guards off. */
async function tamper(statement: string): Promise<void> {
  await connection.db.transaction(async (tx) => {
    await tx.execute(sql`alter table audit_entries disable trigger user`);
    await tx.execute(sql.raw(statement));
    await tx.execute(sql`alter table audit_entries enable trigger user`);
  });
}

const entry = (n: number) => ({
  actor: "ada@example.com",
  via: "console" as const,
  action: "test.done",
  target: `t${n}`,
  before: { b: 1, a: [null, { z: 1.5, y: "ü\n" }], gone: undefined },
  after: { when: new Date(n), n: 1e21 },
});

beforeEach(async () => {
  await tamper("delete from audit_entries");
  await connection.db.update(auditHead).set({ seq: 0, hash: "" });
  await Promise.all(Array.from({ length: 20 }, (_, n) => connection.db.transaction((tx) => recordAudit(tx, entry(n)))));
});

describe("the audit chain", () => {
  it("holds together when entries are added at once, and leaves no trace of a change that was taken back", async () => {
    await expect(
      connection.db.transaction(async (tx) => {
        await recordAudit(tx, entry(99));
        throw new Error("taken back");
      }),
    ).rejects.toThrow("taken back");
    expect(await verifyAudit(connection.db)).toMatchObject({ ok: true, entries: 20 });
  });

  it.each([
    ["an edit", "update audit_entries set actor = 'eve' where seq = 7", 7],
    ["an edited detail", `update audit_entries set "before" = jsonb_set("before", '{b}', '2') where seq = 3`, 3],
    ["another time", "update audit_entries set at = at + interval '1 ms' where seq = 5", 5],
    ["a removed row", "delete from audit_entries where seq = 10", 11],
    ["a removed end", "delete from audit_entries where seq = 20", 20],
    ["a removed beginning", "delete from audit_entries where seq = 1", 2],
    [
      "a swap",
      "update audit_entries set seq = case seq when 4 then -5 else -4 end where seq in (4, 5); update audit_entries set seq = -seq where seq < 0",
      4,
    ],
  ])("shows %s", async (_name, statement, seq) => {
    for (const part of statement.split("; ")) await tamper(part);
    expect(await verifyAudit(connection.db)).toMatchObject({ ok: false, seq });
  });

  it("cannot be rewritten by the ordinary way", async () => {
    await expect(connection.db.update(auditEntries).set({ actor: "eve" })).rejects.toThrow();
    await expect(connection.db.delete(auditEntries)).rejects.toThrow();
  });
});
