import { afterAll, beforeAll, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { insertGenerations } from "@/db/testing/insert-generations";
import { localPrincipal } from "@/server/auth/access";
import { GENERATION_SORTS } from "@/server/domain/generation-sort";
import { addRevision } from "@/server/rollout/gates/testing/rows";
import { chartView } from "./chart-generations";
import { countFacets, listGenerationPage } from "./list-generations";

const NEWEST = Date.UTC(2026, 10, 25, 12);
const SPAN = { environment: "production", fromMs: NEWEST - 3_600_000, toMs: NEWEST + 1 };
const somebody = localPrincipal("test");
/** Of the newest rows, the newest first. */
const PROMPTS = [
  "A red FOX in snow, 4k,photo",
  "foxes (two) under a lamp-post; cinematic",
  "see https://example.com/fox.png?size=large",
  "ein großer Fuchs, 日本語",
  "100% cotton, it's soft",
  "a firefox logo",
];
let database: TestDatabase;
let connection: Connection;
let ids: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  const { pool } = connection;
  for (const environment of ["production", "staging"])
    await insertGenerations(pool, { environment, count: 200, newestMs: NEWEST, stepMs: 1_000 });
  const { rows } = await pool.query<{ id: string }>(
    "select id from generations where environment = 'production' order by id desc",
  );
  ids = rows.map(({ id }) => id);
  for (const [index, prompt] of PROMPTS.entries())
    await pool.query("update generation_requests set prompt = $2 where generation_id = $1", [ids[index], prompt]);
  await addRevision(connection.db, "production", { shareBp: 5_000, at: new Date(NEWEST) });
  await pool.query(
    `insert into attempts (id, generation_id, number, environment, provider, reason, revision, receipt, state, job_id, deadline_at)
      select gen_random_uuid(), $1, 1, 'production', 'comfyui', 'primary', 1, '{}', 'succeeded', 'c3f1_90-a7b2-u1', now()`,
    [ids[150]],
  );
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

const deps = () => ({ db: connection.db, signUrl: () => "" });
async function found(search: string): Promise<number[]> {
  const filter = { ...SPAN, search };
  const { rows } = await listGenerationPage(deps(), somebody, filter, { cursor: null, limit: 200 });
  // Whatever shows a view shows the same rows.
  expect((await countFacets(deps(), somebody, filter, NEWEST)).total).toBe(rows.length);
  expect((await chartView(connection.db, somebody, filter, NEWEST)).total).toBe(rows.length);
  return rows.map(({ id }) => ids.indexOf(id));
}

it.each<[string, number[]]>([
  ["fox", [0, 1, 2]],
  ["SNOW Red", [0]],
  ["red-snow", [0]],
  ["photo 4K", [0]],
  ["lamp post", [1]],
  ["post-lamp", [1]],
  ["example.com", [2]],
  ["fox.png", [2]],
  ["groß", [3]],
  ["日本", [3]],
  ["100%", [4]],
  ["it's soft", [4]],
  // A word's beginning, not its middle.
  ["refox", []],
  ["fox & !snow | 'a'", [0]],
  ["%_", []],
])("finds prompts by their words' beginnings: %s", async (search, expected) => {
  expect(await found(search)).toEqual(expected);
});

it("finds a generation by its id and by its provider's job, whole or from their beginning on", async () => {
  const id = ids[120] ?? "";
  expect(await found(id)).toEqual([120]);
  expect(await found(id.toUpperCase())).toEqual([120]);
  // The time that leads it is of a millisecond, and rows are a second apart.
  expect(await found(id.slice(0, 13))).toEqual([120]);
  expect(await found("c3f1_90-a7b2-u1")).toEqual([150]);
  expect(await found("c3f1_9")).toEqual([150]);
  // Its own wildcards are letters here, and a middle is no beginning.
  expect(await found("c3f1%90")).toEqual([]);
  expect(await found("90-a7b2")).toEqual([]);
});

it.each(GENERATION_SORTS)("pages of a search by %s hold every row once", async (sort) => {
  const filter = { ...SPAN, search: "framed" };
  const whole = await listGenerationPage(deps(), somebody, filter, { cursor: null, limit: 200, sort });
  const paged: string[] = [];
  for (let cursor: string | null = null; ; ) {
    const page = await listGenerationPage(deps(), somebody, filter, { cursor, limit: 17, sort });
    paged.push(...page.rows.map(({ id }) => id));
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  expect(paged.length).toBeGreaterThan(150);
  expect(paged).toEqual(whole.rows.map(({ id }) => id));
});
