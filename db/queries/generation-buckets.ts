import { and, type SQL, sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { generations } from "@/db/schema";
import { allConditions, type GenerationConditions } from "./list-generations";

/** Milliseconds at p50, p95 and p99; null where nothing was measured. */
type Percentiles = [number, number, number] | null;

export interface GenerationBucket {
  startMs: number;
  scenario: number;
  comfyui: number;
  failed: number;
  latencyScenario: { n: number; ms: Percentiles };
  latencyWarm: { n: number; ms: Percentiles };
  latencyCold: { n: number; ms: Percentiles };
}

const IS_SCENARIO = sql`${generations.provider} = 'scenario'`;
const succeededIn = (which: SQL) =>
  sql`filter (where ${generations.state} = 'succeeded' and ${generations.latencyMs} is not null and ${which})`;
const measured = (which: SQL) => ({
  n: sql<number>`(count(*) ${succeededIn(which)})::int`,
  ms: sql<Percentiles>`percentile_cont(array[0.5, 0.95, 0.99]) within group (order by ${generations.latencyMs}) ${succeededIn(which)}`,
});
const comfyui = (coldClass: "warm" | "cold") =>
  sql`${generations.provider} = 'comfyui' and ${generations.coldClass} = ${sql.raw(`'${coldClass}'`)}`;

/**
 * The rows of a view counted by when they were accepted, with the exact percentiles of those that succeeded. The same
 * conditions as the list's, so the counts add up to its total. Buckets without a row are absent.
 */
export async function generationBuckets(
  db: Database,
  filter: GenerationConditions,
  buckets: { originMs: number; bucketMs: number },
): Promise<GenerationBucket[]> {
  const startMs = sql<number>`(extract(epoch from date_bin(make_interval(secs => ${buckets.bucketMs / 1_000}::float8), ${generations.createdAt}, to_timestamp(${buckets.originMs / 1_000}::float8))) * 1000)::float8`;
  return db
    .select({
      startMs,
      scenario: sql<number>`(count(*) filter (where ${IS_SCENARIO}))::int`,
      comfyui: sql<number>`(count(*) filter (where not ${IS_SCENARIO}))::int`,
      failed: sql<number>`(count(*) filter (where ${generations.state} = 'failed'))::int`,
      latencyScenario: measured(IS_SCENARIO),
      latencyWarm: measured(comfyui("warm")),
      latencyCold: measured(comfyui("cold")),
    })
    .from(generations)
    .where(and(...allConditions(filter)))
    .groupBy(sql`1`)
    .orderBy(sql`1`);
}
