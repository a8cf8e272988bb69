import { and, count } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { generations } from "@/db/schema";
import { baseConditions, FACET_COLUMNS, FACETS, type Facet, type GenerationConditions } from "./list-generations";

export type FacetCounts = { total: number } & Record<Facet, Record<string, number>>;

/**
 * How many generations each value of each facet would show, the other filters standing; values without a row are
 * absent. The database groups once by all facets (few combinations exist), so one pass answers every chip.
 */
export async function generationFacets(db: DatabaseOrTransaction, filter: GenerationConditions): Promise<FacetCounts> {
  const groups = await db
    .select({ ...FACET_COLUMNS, n: count() })
    .from(generations)
    .where(and(...baseConditions(filter)))
    .groupBy(...Object.values(FACET_COLUMNS));

  const wanted = new Map(FACETS.map((facet) => [facet, new Set<string>(filter[facet] ?? [])]));
  const passes = (group: Record<Facet, string | null>, facet: Facet) => {
    const values = wanted.get(facet);
    return !values || values.size === 0 || values.has(group[facet] ?? "");
  };
  const counts: FacetCounts = {
    total: 0,
    states: {},
    providers: {},
    operations: {},
    coldClasses: {},
    failureModes: {},
    sources: {},
  };
  for (const group of groups) {
    const refusedBy = FACETS.filter((facet) => !passes(group, facet));
    if (refusedBy.length === 0) counts.total += group.n;
    for (const facet of FACETS) {
      const value = group[facet];
      if (value === null || refusedBy.some((other) => other !== facet)) continue;
      counts[facet][value] = (counts[facet][value] ?? 0) + group.n;
    }
  }
  return counts;
}
