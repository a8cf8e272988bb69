import type { Database } from "@/db/client";
import { coverSpan } from "@/server/domain/metrics/cover-span";
import { type GenerationGroup, groupsOfNewest, groupsOfRollups } from "./generation-groups";
import { allConditions, baseConditions, FACETS, type Facet, type GenerationConditions } from "./list-generations";

export type FacetCounts = {
  total: number;
  /** The total is what was counted, and there are more. */
  more: boolean;
  /** So are the counts of facets: they are of the newest rows, which were looked at. */
  isPart: boolean;
} & Record<Facet, Record<string, number>>;

/** So many rows of a search are looked at: what is not in roll-ups must not be a scan of the table. */
export const SEARCHED_ROWS_MAX = 10_000;
/** Of a view without an end: what another clock put after now is in the table, so it is counted as well. */
export const AHEAD_MS = 2 * 86_400_000;

/**
 * How many generations each value of each facet would show, the other filters standing; values without a row are
 * absent. Groups by all facets at once (few combinations exist) answer every chip: from roll-ups, open rows and what
 * is in neither, on one snapshot, so they are the rows' to the unit. Roll-ups know no prompts: a search counts rows.
 */
export async function generationFacets(
  db: Database,
  filter: GenerationConditions,
  nowMs: number,
  searchedMax: number = SEARCHED_ROWS_MAX,
): Promise<FacetCounts> {
  if (filter.search?.trim()) {
    const groups = await groupsOfNewest(db, await baseConditions(db, filter), searchedMax);
    const counts = countFacets(groups, filter);
    const isPart = sumOf(groups) > searchedMax;
    const total = isPart ? sumOf(await groupsOfNewest(db, await allConditions(db, filter), searchedMax)) : counts.total;
    return { ...counts, total: Math.min(total, searchedMax), more: total > searchedMax, isPart };
  }
  const cover = coverSpan({ fromMs: filter.fromMs ?? 0, toMs: filter.toMs ?? nowMs + AHEAD_MS }, nowMs);
  const groups = await db.transaction((tx) => groupsOfRollups(tx, filter, cover), {
    isolationLevel: "repeatable read",
    accessMode: "read only",
  });
  return { ...countFacets(groups, filter), more: false, isPart: false };
}

const sumOf = (groups: readonly GenerationGroup[]) => groups.reduce((sum, { n }) => sum + n, 0);

type Counts = Omit<FacetCounts, "more" | "isPart">;

function countFacets(groups: readonly GenerationGroup[], filter: GenerationConditions): Counts {
  const wanted = new Map(FACETS.map((facet) => [facet, new Set<string>(filter[facet] ?? [])]));
  const passes = (group: GenerationGroup, facet: Facet) => {
    const values = wanted.get(facet);
    return !values || values.size === 0 || values.has(group[facet] ?? "");
  };
  const counts: Counts = {
    total: 0,
    states: {},
    providers: {},
    operations: {},
    coldClasses: {},
    failureModes: {},
    sources: {},
  };
  for (const group of groups) {
    if (group.n === 0) continue;
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
