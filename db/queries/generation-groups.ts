import { and, count, isNotNull, isNull, or, type SQL, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { generations } from "@/db/schema";
import type { Cover } from "@/server/domain/metrics/cover-span";
import {
  acceptedWithin,
  baseConditions,
  FACET_COLUMNS,
  type Facet,
  type GenerationConditions,
} from "./list-generations";
import type { RollupRange } from "./rollups";

/** Generations that are alike in all that a chip tells apart. */
export type GenerationGroup = Record<Facet, string | null> & { n: number };

/** Groups of the rows themselves: all of the view's, whatever its facets. */
export function groupsOfRows(db: DatabaseOrTransaction, conditions: readonly SQL[]): Promise<GenerationGroup[]> {
  return db
    .select({ ...FACET_COLUMNS, n: count() })
    .from(generations)
    .where(and(...conditions))
    .groupBy(...Object.values(FACET_COLUMNS));
}

/** Groups of the newest rows of a view, and one more than `limit` where there are more: no more are looked at. */
export async function groupsOfNewest(
  db: DatabaseOrTransaction,
  conditions: readonly SQL[],
  limit: number,
): Promise<GenerationGroup[]> {
  const columns = sql.join(
    Object.entries(FACET_COLUMNS).map(([name, column]) => sql`${column} as ${sql.identifier(name)}`),
    sql`, `,
  );
  const names = sql.join(Object.keys(FACET_COLUMNS).map(sql.identifier), sql`, `);
  const { rows } = await db.execute<GenerationGroup & Record<string, unknown>>(
    sql`select ${names}, count(*)::int as n from (select ${columns} from ${generations} where ${and(...conditions)}
      order by ${generations.id} desc limit ${limit + 1}) newest group by ${names}`,
  );
  return rows;
}

/** The same groups with what has ended taken from roll-ups, so that no more rows are looked at than are open or at an edge. */
export async function groupsOfRollups(
  tx: DatabaseOrTransaction,
  filter: GenerationConditions,
  { ranges, whole, edges }: Cover,
): Promise<GenerationGroup[]> {
  const base = await baseConditions(tx, filter);
  const groups = await groupsOfRows(tx, [...base, isNull(generations.finishedAt)]);
  const atEdges = or(...edges.map(acceptedWithin));
  if (atEdges) groups.push(...(await groupsOfRows(tx, [...base, isNotNull(generations.finishedAt), atEdges])));
  if (whole === null) return groups;
  groups.push(...(await rolledUp(tx, filter.environment, ranges)));
  const pending = await tx.execute<GenerationGroup & Record<string, unknown>>(
    sql`select state as states, provider as providers, operation as operations, cold_class as "coldClasses", failure_mode as "failureModes",
        source as sources, count(*)::int as n
      from rollup_outbox where kind = 'generation' and environment = ${filter.environment}
        and bucket_at >= ${new Date(whole.fromMs)} and bucket_at < ${new Date(whole.toMs)} group by 1, 2, 3, 4, 5, 6`,
  );
  return [...groups, ...pending.rows];
}

/** Counts of roll-ups by what they tell apart, in the words of rows. */
async function rolledUp(
  tx: DatabaseOrTransaction,
  environment: string,
  ranges: readonly RollupRange[],
): Promise<GenerationGroup[]> {
  const parts = ranges.map(
    ({ widthMs, fromMs, toMs }) => sql`select provider, source, operation, cold_class, counters, failures from rollups
      where environment = ${environment} and width_ms = ${widthMs} and not is_total
        and start_at >= ${new Date(fromMs)} and start_at < ${new Date(toMs)}`,
  );
  const { rows } = await tx.execute<GenerationGroup & Record<string, unknown>>(
    sql`with part as (${sql.join(parts, sql` union all `)})
      select state as states, provider as providers, operation as operations, nullif(cold_class, '') as "coldClasses",
        ${failureModeOf(sql`state`, sql`source`, sql`mode`)} as "failureModes", source as sources, sum(n)::float8 as n
      from (
        select provider, source, operation, cold_class, state, null as mode, (counters ->> state)::bigint as n
          from part, unnest(array['succeeded', 'cancelled', 'censored']) as state where counters ? state
        union all
        select provider, source, operation, cold_class, 'failed', failure.key, (failure.value ->> 'n')::bigint
          from part, jsonb_each(failures) as failure
      ) counted group by 1, 2, 3, 4, 5, 6`,
  );
  return rows;
}

/** What a row holds: the engine names a mode for what was cancelled; reported and imported rows have one only where they failed. */
function failureModeOf(state: SQL, source: SQL, mode: SQL): SQL {
  return sql`case when ${state} = 'cancelled' and ${source} not in ('report', 'import') then 'cancelled' else ${mode} end`;
}
