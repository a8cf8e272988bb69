import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { generationFacets } from "@/db/queries/generation-facets";
import { FACET_COLUMNS, FACETS } from "@/db/queries/list-generations";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { insertGenerations } from "@/db/testing/insert-generations";
import { localPrincipal } from "@/server/auth/access";
import { rebuildRollups } from "@/server/metrics/rebuild-rollups";
import { rollUp } from "@/server/metrics/roll-up";
import { chartView } from "./chart-generations";
import type { GenerationFilter } from "./gateway";
import { countFacets } from "./list-generations";

const NEWEST = Date.UTC(2026, 10, 25, 12, 0, 30);
const NOW = NEWEST + 500;
const MINUTE = 60_000;
const DAY = 86_400_000;
const environment = "production";
const somebody = localPrincipal("test");
let database: TestDatabase;
let connection: Connection;

// Twenty days, so that every width of roll-ups has a part: some rows rolled up, some only ended, some open.
beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  const { pool, db } = connection;
  // What has ended does not change; these are made to be what other sources and open ones look like.
  await pool.query("alter table generations disable trigger user");
  await insertGenerations(pool, { environment, count: 4_000, newestMs: NEWEST - 10 * MINUTE, stepMs: 7 * MINUTE });
  await pool.query(`update generations set source = 'import', failure_mode = case when state = 'failed' then failure_mode end,
      state = case when state = 'succeeded' and right(id::text, 1) = '3' then 'censored' else state end where source = 'cli'`);
  await pool.query("truncate rollup_outbox");
  await rebuildRollups(db, { environment, nowMs: NOW });
  while ((await rollUp(db, NOW)) > 0);
  await insertGenerations(pool, { environment, count: 80, newestMs: NEWEST, stepMs: 5_000 });
  await pool.query(
    `update generations set finished_at = null, state = 'running', failure_mode = null, latency_ms = null
      where id in (select id from generations where created_at >= $1 and state = 'succeeded' order by id limit 15)`,
    [new Date(NEWEST - 400_000)],
  );
  await pool.query(
    `delete from rollup_outbox o using generations g where g.created_at = o.bucket_at and g.finished_at is null`,
  );
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

const VIEWS: [string, Partial<GenerationFilter>][] = [
  ["all of it", {}],
  ["a quarter of an hour, to the millisecond", { fromMs: NEWEST - 15 * MINUTE - 123, toMs: NEWEST - 3 * MINUTE + 7 }],
  ["less than a minute", { fromMs: NEWEST - 30_000, toMs: NEWEST - 1_000 }],
  ["a day that lies back", { fromMs: NEWEST - 9 * DAY - 4_567, toMs: NEWEST - 8 * DAY + 89 }],
  ["what begins where only hours are kept", { fromMs: NEWEST - 18 * DAY + 1_234_567 }],
  ["open ones", { states: ["queued", "submitting", "running", "storing"] }],
  ["failures of one kind", { failureModes: ["rate_limited", "cancelled"], fromMs: NEWEST - 12 * DAY }],
  ["imports that were cut off or cancelled", { sources: ["import"], states: ["censored", "cancelled"] }],
  ["much at once", { states: ["succeeded", "running"], providers: ["comfyui"], coldClasses: ["cold", "queued"] }],
];

describe("counts that come from roll-ups", () => {
  it.each(VIEWS)("are the rows' to the unit: %s", async (_name, conditions) => {
    const filter = { environment, fromMs: NEWEST - 20 * DAY, ...conditions };
    const deps = { db: connection.db, signUrl: () => "" };
    const counts = await countFacets(deps, somebody, filter, NOW);
    const exact = await rowsOf(filter);
    expect(counts.total).toBe(exact.length);
    for (const facet of FACETS) {
      // A chip counts as if nothing else of its own kind were chosen.
      const column = FACET_COLUMNS[facet].name;
      const found: Record<string, number> = {};
      for (const row of await rowsOf({ ...filter, [facet]: [] })) {
        const value = row[column];
        if (typeof value === "string") found[value] = (found[value] ?? 0) + 1;
      }
      expect(counts[facet], facet).toEqual(found);
    }

    const chart = await chartView(connection.db, somebody, filter, NOW);
    expect(chart.total).toBe(exact.length);
    for (const bucket of chart.buckets) {
      const own = exact.filter(
        ({ ms }) => Number(ms) >= bucket.startMs && Number(ms) < bucket.startMs + chart.bucketMs,
      );
      const of = (provider: string) => own.filter((row) => row.provider === provider);
      expect([bucket.scenario, bucket.comfyui]).toEqual([of("scenario").length, of("comfyui").length]);
      expect(bucket.failed).toBe(own.filter(({ state }) => state === "failed").length);
      const latencies = (provider: string, coldClass: string | null) =>
        of(provider)
          .filter((row) => row.state === "succeeded" && (coldClass === null || row.cold_class === coldClass))
          .flatMap((row) => (row.latency_ms === null ? [] : [Number(row.latency_ms)]));
      for (const [measured, values] of [
        [bucket.latencyScenario, latencies("scenario", null)],
        [bucket.latencyWarm, latencies("comfyui", "warm")],
        [bucket.latencyCold, latencies("comfyui", "cold")],
      ] as const) {
        expect(measured.n).toBe(values.length);
        if (measured.ms) expect(measured.ms[0]).toBeGreaterThanOrEqual(Math.min(...values));
        if (measured.ms) expect(measured.ms[2]).toBeLessThanOrEqual(Math.max(...values));
      }
    }
  });
});

describe("counts of a search", () => {
  const search = { environment, fromMs: NEWEST - 20 * DAY, search: "framed" };
  const counted = (conditions: Partial<GenerationFilter>, max: number) =>
    generationFacets(connection.db, { ...search, ...conditions }, NOW, max);

  it("are of all rows while those are few", async () => {
    const exact = (await rowsOf(search)).length;
    const counts = await counted({}, 5_000);
    // The one in sixteen that is called otherwise.
    expect(counts.total).toBeLessThan(exact);
    expect(counts).toMatchObject({ more: false, isPart: false });
    expect(Object.values(counts.providers).reduce((sum, n) => sum + n, 0)).toBe(counts.total);
  });

  it("stop at a bound and say so", async () => {
    expect(await counted({}, 500)).toMatchObject({ total: 500, more: true, isPart: true });
    const failed = (await counted({ states: ["failed"] }, 5_000)).total;
    expect(failed).toBeGreaterThan(20);
    // Those of the view itself are few enough to be counted.
    expect(await counted({ states: ["failed"] }, 500)).toMatchObject({ total: failed, more: false, isPart: true });
  });
});

async function rowsOf(filter: GenerationFilter): Promise<Record<string, string | number | null>[]> {
  const wanted = FACETS.map((facet) => filter[facet] ?? []);
  const { rows } = await connection.pool.query(
    `select *, extract(epoch from created_at) * 1000 as ms from generations where environment = $1 and created_at >= $2 and created_at < $3
      ${FACETS.map((facet, index) => `and (cardinality($${index + 4}::text[]) = 0 or ${FACET_COLUMNS[facet].name} = any($${index + 4}))`).join(" ")}`,
    [filter.environment, new Date(filter.fromMs ?? 0), new Date(filter.toMs ?? NOW + DAY), ...wanted],
  );
  return rows;
}
