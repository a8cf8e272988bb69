import { and, type SQL, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { generations } from "@/db/schema";
import type { GenerationState, ProviderId } from "@/server/domain/vocabulary";
import { FACET_COLUMNS, FACETS, type GenerationConditions } from "./list-generations";

/** Rows of one bucket that are alike. */
export interface BucketPart {
  startMs: number;
  provider: ProviderId;
  state: GenerationState;
  /** Null while it is not known. */
  coldClass: string | null;
  n: number;
  /** Those that are known, of rows that succeeded. */
  latenciesMs: number[];
}

export interface BucketGrid {
  originMs: number;
  bucketMs: number;
}

const PARTS = sql`provider, state, cold_class as "coldClass", count(*)::int as n,
  coalesce(array_agg(latency_ms) filter (where state = 'succeeded' and latency_ms is not null), '{}') as "latenciesMs"`;
const startOf = (at: SQL, { originMs, bucketMs }: BucketGrid) =>
  sql`(extract(epoch from date_bin(make_interval(secs => ${bucketMs / 1_000}::float8), ${at}, to_timestamp(${originMs / 1_000}::float8))) * 1000)::float8 as "startMs"`;

/** The newest rows that fulfil the conditions, by when they were accepted; at most `limit`, where one is given. */
export async function partsOfRows(
  db: DatabaseOrTransaction,
  conditions: readonly SQL[],
  grid: BucketGrid,
  limit: number | null,
): Promise<BucketPart[]> {
  const newest = limit === null ? sql`` : sql`order by ${generations.id} desc limit ${limit}`;
  const { rows } = await db.execute<BucketPart & Record<string, unknown>>(
    sql`select ${startOf(sql`created_at`, grid)}, ${PARTS}
      from (select created_at, provider, state, cold_class, latency_ms from ${generations} where ${and(...conditions)} ${newest}) found
      group by 1, 2, 3, 4`,
  );
  return rows;
}

/** The same of what has ended within a span and is not in the roll-ups yet. */
export async function partsPending(
  tx: DatabaseOrTransaction,
  filter: GenerationConditions,
  span: { fromMs: number; toMs: number },
  grid: BucketGrid,
): Promise<BucketPart[]> {
  const facets = FACETS.flatMap((facet) => {
    const wanted = filter[facet];
    return wanted && wanted.length > 0
      ? [sql`${sql.identifier(FACET_COLUMNS[facet].name)} = any(${sql.param([...wanted])})`]
      : [];
  });
  const { rows } = await tx.execute<BucketPart & Record<string, unknown>>(
    sql`select ${startOf(sql`bucket_at`, grid)}, ${PARTS} from rollup_outbox
      where ${and(
        sql`kind = 'generation' and environment = ${filter.environment}`,
        sql`bucket_at >= ${new Date(span.fromMs)} and bucket_at < ${new Date(span.toMs)}`,
        ...facets,
      )} group by 1, 2, 3, 4`,
  );
  return rows;
}
