import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { readAnnotations } from "@/db/queries/annotations";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { verifyAudit } from "@/server/audit/verify-audit";
import { readVersion } from "./read-version";
import { recordDeployment } from "./record-deployment";

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

it("is written down once, however many start with it, and is a flag on every environment's charts but for the first", async () => {
  const { db } = connection;
  const start = (commit: string | null) => recordDeployment(db, { version: "1.4.0", commit });
  const flags = async () => {
    const span = { environment: "staging", fromMs: 0, toMs: Date.now() + 3_600_000 };
    return (await readAnnotations(db, span)).listed.map(({ kind, text }) => [kind, text]);
  };
  expect(await Promise.all([1, 2, 3].map(() => start("aaaaaaaaaa")))).toHaveLength(3);
  expect(await flags()).toEqual([]);
  expect((await Promise.all([1, 2, 3].map(() => start("bbbbbbbbbb")))).filter(Boolean)).toHaveLength(1);
  expect(await start(null)).toBe(true);
  expect(await start("aaaaaaaaaa")).toBe(true);
  expect(await start("aaaaaaaaaa")).toBe(false);
  expect(await flags()).toEqual([
    ["deploy", "Switchyard 1.4.0 (bbbbbbbbbb) deployed"],
    ["deploy", "Switchyard 1.4.0 deployed"],
    ["deploy", "Switchyard 1.4.0 (aaaaaaaaaa) deployed"],
  ]);
  expect(await verifyAudit(db)).toMatchObject({ ok: true, entries: 4 });
});

it("is the version of package.json, without a commit where there is no checkout", async () => {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-version-"));
  writeFileSync(join(folder, "package.json"), '{"version":"3.2.1"}');
  expect(await readVersion(folder)).toEqual({ version: "3.2.1", commit: null });
  expect(await readVersion()).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
});
