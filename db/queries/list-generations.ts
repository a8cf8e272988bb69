import { and, asc, desc, eq, gte, inArray, isNotNull, isNull, lt, type SQL, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { generationRequests, generations } from "@/db/schema";
import type { FailureMode } from "@/server/domain/failure-modes";
import { type GenerationSort, sortParts } from "@/server/domain/generation-sort";
import type { GenerationSummary } from "@/server/domain/generation-view";
import {
  type ColdClass,
  type GenerationState,
  isTerminal,
  type Operation,
  type ProviderId,
  type Source,
} from "@/server/domain/vocabulary";
import { type SignUrl, type SummaryRow, summaryColumns, toSummary } from "./generation-columns";
import { searchCondition } from "./search-generations";

/** An absent or empty list leaves its column unfiltered. */
export interface GenerationConditions {
  environment: string;
  states?: GenerationState[];
  providers?: ProviderId[];
  operations?: Operation[];
  coldClasses?: ColdClass[];
  failureModes?: FailureMode[];
  sources?: Source[];
  fromMs?: number;
  /** Exclusive. */
  toMs?: number;
  search?: string;
}

export const FACETS = ["states", "providers", "operations", "coldClasses", "failureModes", "sources"] as const;
export type Facet = (typeof FACETS)[number];

/** The only columns that a filter may name: no identifier comes from input. */
export const FACET_COLUMNS = {
  states: generations.state,
  providers: generations.provider,
  operations: generations.operation,
  coldClasses: generations.coldClass,
  failureModes: generations.failureMode,
  sources: generations.source,
} as const;

/** Ids begin with the time of the instance that made them; its clock may differ from the database's by this much. */
const CLOCK_SLACK_MS = 2 * 3_600_000;

/** The smallest id made at a millisecond: the time leads a UUIDv7. */
function idAt(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, "0").slice(-12);
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** Ids of all rows of the span, and a few around it: `before` is exclusive; null leaves its side open. */
export function idBounds({ fromMs, toMs }: Pick<GenerationConditions, "fromMs" | "toMs">) {
  return {
    from: fromMs === undefined ? null : idAt(fromMs - CLOCK_SLACK_MS),
    before: toMs === undefined ? null : idAt(toMs + CLOCK_SLACK_MS),
  };
}

/** Accepted within a span on the database's clock; its end is exclusive. */
export function acceptedWithin({ fromMs, toMs }: { fromMs: number; toMs: number }): SQL {
  return sql`(${generations.createdAt} >= ${new Date(fromMs)} and ${generations.createdAt} < ${new Date(toMs)})`;
}

/** Where, when and what was searched: everything but the facets. */
export async function baseConditions(db: DatabaseOrTransaction, filter: GenerationConditions): Promise<SQL[]> {
  const { fromMs, toMs } = filter;
  const ids = idBounds(filter);
  const all: (SQL | undefined)[] = [eq(generations.environment, filter.environment)];
  // The exact bound is on the database's clock; the looser one on ids lets the list's index find its range.
  if (fromMs !== undefined) all.push(gte(generations.createdAt, new Date(fromMs)));
  if (toMs !== undefined) all.push(lt(generations.createdAt, new Date(toMs)));
  if (ids.from !== null) all.push(gte(generations.id, ids.from));
  if (ids.before !== null) all.push(lt(generations.id, ids.before));
  all.push(await searchCondition(db, filter.search));
  return all.filter((condition) => condition !== undefined);
}

function facetCondition(filter: GenerationConditions, facet: Facet): SQL | undefined {
  const wanted = filter[facet];
  if (!wanted || wanted.length === 0) return undefined;
  const isOneOf = inArray(FACET_COLUMNS[facet], wanted);
  // Open rows are few among all and have an index of their own, which this lets the database see.
  const isOpen = facet === "states" && !filter.states?.some(isTerminal);
  return isOpen ? and(isNull(generations.finishedAt), isOneOf) : isOneOf;
}

/** Everything that a row must fulfil to be in the view. */
export async function allConditions(db: DatabaseOrTransaction, filter: GenerationConditions): Promise<SQL[]> {
  const facets = FACETS.map((facet) => facetCondition(filter, facet));
  return [...(await baseConditions(db, filter)), ...facets.filter((condition) => condition !== undefined)];
}

/** The last row of a page: the next one begins after it. */
export interface ListPosition {
  id: string;
  /** In the sort's unit; null: it is unknown, or the sort is by time. */
  value: number | null;
}

interface ListPage {
  sort: GenerationSort;
  /** Null: from the first. */
  after: ListPosition | null;
  limit: number;
}

/** What a list may be sorted by beside time. */
export const SORT_COLUMNS = { latency: generations.latencyMs, cost: generations.costMicros } as const;

/**
 * One page, and whether there is another. By time it follows the ids. By a number it first follows that number's index,
 * equal ones by id, and then those without the number, which belong at the end whichever way it is sorted.
 */
export async function listGenerations(
  db: DatabaseOrTransaction,
  filter: GenerationConditions,
  page: ListPage,
  signUrl: SignUrl,
): Promise<{ rows: GenerationSummary[]; more: boolean }> {
  const wanted = page.limit + 1;
  const rows: SummaryRow[] = [];
  const conditions = await allConditions(db, filter);
  for (const part of partsOf(page)) {
    if (rows.length >= wanted) break;
    rows.push(
      ...(await db
        .select(summaryColumns)
        .from(generations)
        .innerJoin(generationRequests, eq(generationRequests.generationId, generations.id))
        .where(and(...conditions, ...part.where))
        .orderBy(...part.orderBy)
        .limit(wanted - rows.length)),
    );
  }
  return { rows: rows.slice(0, page.limit).map((row) => toSummary(row, signUrl)), more: rows.length > page.limit };
}

/** The statements that a page may need, in order: their conditions beside the filter's, and their order. */
function partsOf({ sort, after }: ListPage): { where: SQL[]; orderBy: SQL[] }[] {
  const { key, isDescending } = sortParts(sort);
  const [before, order] = isDescending ? [sql`<`, desc] : [sql`>`, asc];
  const pastId = after === null ? [] : [sql`${generations.id} ${before} ${after.id}::uuid`];
  if (key === "time") return [{ where: pastId, orderBy: [order(generations.id)] }];
  const column = SORT_COLUMNS[key];
  const pastValue =
    after === null ? [] : [sql`(${column}, ${generations.id}) ${before} (${after.value}::bigint, ${after.id}::uuid)`];
  const known = { where: [isNotNull(column), ...pastValue], orderBy: [order(column), order(generations.id)] };
  const unknown = { where: [isNull(column)], orderBy: [order(generations.id)] };
  if (after?.value === null) return [{ ...unknown, where: [...unknown.where, ...pastId] }];
  return [known, unknown];
}
