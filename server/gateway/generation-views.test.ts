import { drizzle } from "drizzle-orm/node-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { insertGenerations } from "@/db/testing/insert-generations";
import { localPrincipal } from "@/server/auth/access";
import { GENERATION_SORTS, type GenerationSort } from "@/server/domain/generation-sort";
import { chartView } from "./chart-generations";
import type { GenerationFilter } from "./gateway";
import { countFacets, listGenerationPage } from "./list-generations";

const NEWEST = Date.UTC(2026, 10, 25, 12);
const ROWS = 10_000;
const SPAN = { environment: "production", fromMs: NEWEST - ROWS * 10_000, toMs: NEWEST + 1 };
const somebody = localPrincipal("test");
let database: TestDatabase;
let connection: Connection;

beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  for (const environment of ["production", "staging"])
    await insertGenerations(connection.pool, { environment, count: ROWS, newestMs: NEWEST, stepMs: 10_000 });
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

const deps = () => ({ db: connection.db, signUrl: () => "" });
const rowsOf = async <Row extends Record<string, unknown>>(sql: string) => (await connection.pool.query<Row>(sql)).rows;

async function allPages(filter: GenerationFilter, sort: GenerationSort, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await listGenerationPage(deps(), somebody, filter, { cursor, limit, sort });
    ids.push(...page.rows.map((row) => row.id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}

const SQL_ORDERS: Record<GenerationSort, string> = {
  "-time": "id desc",
  time: "id",
  "-latency": "latency_ms desc nulls last, id desc",
  latency: "latency_ms nulls last, id",
  "-cost": "cost_micros desc nulls last, id desc",
  cost: "cost_micros nulls last, id",
};

describe("sorted pages", () => {
  // Half of these have no cost or no latency, and many costs are equal: both must survive a page's end.
  it.each(GENERATION_SORTS)("by %s hold every row once, in order, what is unknown last", async (sort) => {
    const where = `environment = 'production' and state = 'succeeded' and provider = 'scenario' and source = 'playground'
      and created_at >= '${new Date(NEWEST - 12_000_000).toISOString()}'`;
    const expected = await rowsOf<{ id: string }>(
      `select id from generations where ${where} order by ${SQL_ORDERS[sort]}`,
    );
    expect(expected.length).toBeGreaterThan(60);
    const filter: GenerationFilter = {
      ...SPAN,
      fromMs: NEWEST - 12_000_000,
      states: ["succeeded"],
      providers: ["scenario"],
      sources: ["playground"],
    };
    expect(await allPages(filter, sort, 7)).toEqual(expected.map((row) => row.id));
  });

  it("refuse a cursor of another sort, and one that was made up", async () => {
    const page = { cursor: null, limit: 5 };
    const { nextCursor } = await listGenerationPage(deps(), somebody, SPAN, { ...page, sort: "-cost" });
    for (const [cursor, sort] of [
      [nextCursor, "-time"],
      [Buffer.from(crypto.randomUUID()).toString("base64url"), "latency"],
      [Buffer.from(`${crypto.randomUUID()}~1e9`).toString("base64url"), "latency"],
    ] as const)
      await expect(listGenerationPage(deps(), somebody, SPAN, { ...page, cursor, sort })).rejects.toMatchObject({
        code: "BAD_REQUEST",
      });
  });
});

describe("the chart of a view", () => {
  it.each<[string, Partial<GenerationFilter>]>([
    ["everything", {}],
    ["failures", { states: ["failed"] }],
    ["cold starts of an hour that begins anywhere", { coldClasses: ["cold"], fromMs: NEWEST - 3_723_457 }],
    ["a search", { search: "HYPERLINK" }],
    ["nothing", { coldClasses: ["throttled"] }],
  ])("of %s counts as many as the table does", async (_name, conditions) => {
    const filter = { ...SPAN, ...conditions };
    const chart = await chartView(connection.db, somebody, filter, NEWEST);
    expect(chart.total).toBe((await countFacets(deps(), somebody, filter, NEWEST)).total);
    expect(chart.buckets).toHaveLength((chart.toMs - chart.fromMs) / chart.bucketMs);
    expect(chart.fromMs).toBeLessThanOrEqual(filter.fromMs);
    expect(chart.toMs).toBeGreaterThanOrEqual(NEWEST);
  });

  it("has the percentiles of what succeeded, exact where they are few, and every failure", async () => {
    const filter = { ...SPAN, fromMs: NEWEST - 3 * 3_600_000, operations: ["txt2img" as const] };
    const { buckets, bucketMs } = await chartView(connection.db, somebody, filter, NEWEST);
    const bucket = buckets.at(-3);
    const [start, end] = [bucket?.startMs ?? 0, (bucket?.startMs ?? 0) + bucketMs].map((ms) =>
      new Date(ms).toISOString(),
    );
    const where = `environment = 'production' and operation = 'txt2img' and created_at >= '${start}' and created_at < '${end}'`;
    const [exact] = await rowsOf<{ n: number; ms: number[]; failed: number }>(
      `select count(*) filter (where state = 'succeeded' and latency_ms is not null and cold_class = 'warm' and provider = 'comfyui')::int as n,
        percentile_cont(array[0.5, 0.95, 0.99]) within group (order by latency_ms)
          filter (where state = 'succeeded' and cold_class = 'warm' and provider = 'comfyui') as ms,
        count(*) filter (where state = 'failed')::int as failed from generations where ${where}`,
    );
    expect(exact?.n).toBeGreaterThan(3);
    expect(bucket?.latencyWarm).toEqual({ n: exact?.n, ms: exact?.ms.map(Math.round) });
    expect(bucket?.failed).toBe(exact?.failed);
  });

  it("refuses a time that no chart holds, and other people's environments", async () => {
    const bound = { ...somebody, environment: "staging" };
    await expect(chartView(connection.db, bound, SPAN, NEWEST)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(chartView(connection.db, somebody, { ...SPAN, fromMs: 0 }, NEWEST)).rejects.toMatchObject({
      code: "BAD_REQUEST",
      problems: [{ field: "fromMs" }],
    });
  });
});

describe("the statement behind a page", () => {
  const filters: [string, Partial<GenerationFilter>][] = [
    ["no filter", {}],
    ["state", { states: ["failed"] }],
    ["provider", { providers: ["comfyui"] }],
    ["temperature", { coldClasses: ["cold"] }],
    ["mode", { operations: ["img2img"] }],
    ["failure mode", { failureModes: ["rate_limited"] }],
    ["source", { sources: ["cli"] }],
    ["a short time", { fromMs: NEWEST - 900_000 }],
    ["an id's beginning", { search: "01a21258-5e98" }],
    ["words of the prompt", { search: "framed" }],
    ["all at once", { states: ["succeeded"], providers: ["comfyui"], sources: ["api"], search: "framed" }],
  ];
  it.each(filters.flatMap(([name, filter]) => GENERATION_SORTS.map((sort) => [name, sort, filter] as const)))(
    "with %s by %s finds its rows by an index and sorts no table",
    async (_name, sort, conditions) => {
      const plans = await plansOf((db) =>
        listGenerationPage({ ...deps(), db }, somebody, { ...SPAN, ...conditions }, { cursor: null, limit: 100, sort }),
      );
      // Beside them, a search reads its words and looks for jobs.
      const ofRows = plans.filter((plan) => / generations\b/.test(plan));
      expect(ofRows.length).toBeGreaterThan(0);
      for (const plan of ofRows) {
        expect(plan).not.toMatch(/Seq Scan on generations\b/);
        expect(plan).toMatch(/Index (Only )?Scan.* generations_|Bitmap Index Scan on generations_/);
        // A few rows that an index found may be sorted, such as those of a short time.
        for (const [, rows] of plan.matchAll(/Sort {2}\(cost=\S+ rows=(\d+)/g))
          expect(Number(rows), plan).toBeLessThan(ROWS / 20);
      }
    },
  );
});

/** The plans of what a function asks the database. */
async function plansOf(ask: (db: Connection["db"]) => Promise<unknown>): Promise<string[]> {
  const statements: { text: string; values: unknown[] }[] = [];
  await ask(drizzle(connection.pool, { logger: { logQuery: (text, values) => statements.push({ text, values }) } }));
  return Promise.all(
    statements.map(async ({ text, values }) => {
      const { rows } = await connection.pool.query<{ "QUERY PLAN": string }>(`explain ${text}`, values);
      return rows.map((row) => row["QUERY PLAN"]).join("\n");
    }),
  );
}
