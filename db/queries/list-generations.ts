import { and, asc, desc, eq, gte, inArray, isNotNull, isNull, lt, lte, or, type SQL, sql } from "drizzle-orm";
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
import { containing } from "./sql-parts";

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

function idRange(beginning: string): { from: string; to: string } | null {
  const hex = beginning.toLowerCase().replaceAll("-", "");
  if (!/^[0-9a-f]{6,32}$/.test(hex)) return null;
  const dashed = (digits: string) => digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return { from: dashed(hex.padEnd(32, "0")), to: dashed(hex.padEnd(32, "f")) };
}

function searchCondition(search: string): SQL | undefined {
  const words = search.trim().split(/\s+/).filter(Boolean).slice(0, 10);
  if (words.length === 0) return undefined;
  const range = words.length === 1 ? idRange(words[0] ?? "") : null;
  const allWords = and(...words.map((word) => sql`${generationRequests.prompt} ilike ${containing(word)}`));
  // No join: whoever only counts has nothing else to ask of that table.
  const inPrompt = sql`exists (select 1 from ${generationRequests} where ${generationRequests.generationId} = ${generations.id} and ${allWords})`;
  if (!range) return inPrompt;
  return or(and(gte(generations.id, range.from), lte(generations.id, range.to)), inPrompt);
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
export function baseConditions(filter: GenerationConditions): SQL[] {
  const { fromMs, toMs } = filter;
  const ids = idBounds(filter);
  const all: (SQL | undefined)[] = [eq(generations.environment, filter.environment)];
  // The exact bound is on the database's clock; the looser one on ids lets the list's index find its range.
  if (fromMs !== undefined) all.push(gte(generations.createdAt, new Date(fromMs)));
  if (toMs !== undefined) all.push(lt(generations.createdAt, new Date(toMs)));
  if (ids.from !== null) all.push(gte(generations.id, ids.from));
  if (ids.before !== null) all.push(lt(generations.id, ids.before));
  if (filter.search) all.push(searchCondition(filter.search));
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
export function allConditions(filter: GenerationConditions): SQL[] {
  const facets = FACETS.map((facet) => facetCondition(filter, facet));
  return [...baseConditions(filter), ...facets.filter((condition) => condition !== undefined)];
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

const SORT_COLUMNS = { latency: generations.latencyMs, cost: generations.costMicros } as const;

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
  for (const part of partsOf(page)) {
    if (rows.length >= wanted) break;
    rows.push(
      ...(await db
        .select(summaryColumns)
        .from(generations)
        .innerJoin(generationRequests, eq(generationRequests.generationId, generations.id))
        .where(and(...allConditions(filter), ...part.where))
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
