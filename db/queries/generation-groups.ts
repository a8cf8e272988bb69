import { and, count, isNotNull, isNull, or, type SQL, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { generations } from "@/db/schema";
import type { Cover } from "@/server/domain/metrics/cover-span";
import type { GenerationState } from "@/server/domain/vocabulary";
import {
  acceptedWithin,
  baseConditions,
  FACET_COLUMNS,
  type Facet,
  type GenerationConditions,
} from "./list-generations";
import { type RollupSpan, readRollups } from "./rollups";

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
  ranges: readonly RollupSpan[],
): Promise<GenerationGroup[]> {
  const rows = await readRollups(tx, { environment, ranges, isTotal: false, wanted: [] });
  const groups = new Map<string, GenerationGroup>();
  for (const { provider, source, operation, coldClass, measures } of rows) {
    const add = (state: GenerationState, mode: string | null, n: number) => {
      if (n === 0) return;
      const group = {
        states: state,
        providers: provider,
        operations: operation,
        coldClasses: coldClass === "" ? null : coldClass,
        failureModes: mode,
        sources: source,
      };
      const key = JSON.stringify(group);
      const known = groups.get(key);
      if (known) known.n += n;
      else groups.set(key, { ...group, n });
    };
    const { succeeded, cancelled, censored } = measures.counters;
    add("succeeded", null, succeeded);
    // The engine names a mode for what was cancelled; reported and imported rows have one only where they failed.
    add("cancelled", source === "report" || source === "import" ? null : "cancelled", cancelled);
    add("censored", null, censored);
    for (const [mode, { n }] of Object.entries(measures.failures)) add("failed", mode, n);
  }
  return [...groups.values()];
}
