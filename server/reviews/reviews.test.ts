import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { listActions, readReviewRow } from "@/db/queries/reviews";
import { auditEntries } from "@/db/schema";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { localPrincipal } from "@/server/auth/access";
import { addRevision } from "@/server/rollout/gates/testing/rows";
import type { Operator } from "@/server/rollout/types";
import { addAction } from "./add-action";
import { finishAction } from "./finish-action";
import { writeReview } from "./write-review";

const operator: Operator = { principal: localPrincipal("mira"), via: "cli", requestId: null };
const environment = "e1";
let database: TestDatabase;
let connection: Connection;
beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  await addRevision(connection.db, environment, { shareBp: 0, at: new Date(0) });
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

const write = (week: string, notes: string, seenAtMs: number | null) =>
  writeReview(connection, operator, { environment, week, unexpected: "", notes, seenAtMs });
const audited = (action: string) =>
  connection.db.select().from(auditEntries).where(eq(auditEntries.action, action)).orderBy(auditEntries.seq);

it("overwrites nothing that was written since the page was loaded", async () => {
  const first = await write("2026-W40", "one", null);
  await expect(write("2026-W40", "two", null)).rejects.toMatchObject({ code: "CONFLICT" });
  await write("2026-W40", "two", first.updatedAtMs);
  expect(await readReviewRow(connection.db, environment, "2026-W40")).toMatchObject({
    notes: "two",
    updatedBy: "mira",
  });
  expect(await audited("review.written")).toMatchObject([
    { target: "2026-W40", before: null, after: { notes: "one" } },
    { before: { notes: "one" }, after: { notes: "two" }, actor: "mira", via: "cli" },
  ]);
});

it("knows no week that does not exist, whatever is done with it", async () => {
  const problem = { code: "BAD_REQUEST", problems: [{ field: "week", rule: expect.stringContaining("2026-W53") }] };
  await expect(write("2026-W54", "x", null)).rejects.toMatchObject(problem);
  const action = { environment, week: "2026-W54", title: "Raise it", owner: "Mira", dueOn: "2026-12-01" };
  await expect(addAction(connection, operator, action)).rejects.toMatchObject(problem);
});

it("keeps a signed week as it was signed, in the database itself", async () => {
  await write("2026-W41", "as it was", null);
  await connection.db.execute(
    sql`update reviews set signed_at = clock_timestamp(), signed_by = 'Mira' where week = '2026-W41'`,
  );
  await expect(write("2026-W41", "changed", null)).rejects.toMatchObject({ code: "CONFLICT" });
  for (const statement of [
    sql`update reviews set notes = 'changed' where week = '2026-W41'`,
    sql`delete from reviews where week = '2026-W41'`,
  ])
    await expect(connection.db.execute(statement)).rejects.toThrow();
});

it("carries open actions on to later weeks until they are done", async () => {
  const add = (week: string, title: string, dueOn: string) =>
    addAction(connection, operator, { environment, week, title, owner: "Mira", dueOn });
  await expect(add("2026-W42", "Raise the time-out", "2026-02-30")).rejects.toMatchObject({
    problems: [{ field: "dueOn" }],
  });
  const { id } = await add("2026-W42", "Raise the time-out", "2026-12-02");
  await add("2026-W43", "Pin the image", "2026-12-01");
  const titles = async () => {
    const { own, open } = await listActions(connection.db, environment, "2026-W43");
    return { own: own.map(({ title }) => title), open: open.map(({ title }) => title) };
  };
  expect(await titles()).toEqual({ own: ["Pin the image"], open: ["Raise the time-out"] });
  await finishAction(connection, operator, { id, done: true });
  await finishAction(connection, operator, { id, done: true });
  expect(await titles()).toEqual({ own: ["Pin the image"], open: [] });
  expect(await audited("review.action_done")).toHaveLength(1);
});
