import { and, asc, desc, eq, gte, isNotNull, lt, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { Database } from "@/db/client";
import { attempts, generationRequests, generations, images } from "@/db/schema";
import { type GenerationSort, sortParts } from "@/server/domain/generation-sort";
import { databaseNowMs } from "./database-now";
import { generationFacets } from "./generation-facets";
import { allConditions, type GenerationConditions, idBounds, SORT_COLUMNS } from "./list-generations";

/** Below and above every id. */
const LOWEST = "00000000-0000-0000-0000-000000000000";
const BEYOND = "ffffffff-ffff-ffff-ffff-ffffffffffff";

const lastAttempt = (column: "delayMs" | "executionMs" | "storeMs") =>
  sql<
    number | null
  >`(select ${attempts[column]} from ${attempts} where ${attempts.generationId} = ${generations.id} order by ${attempts.number} desc limit 1)`;
const firstImage = (side: "width" | "height") =>
  sql<
    number | null
  >`coalesce((select ${images[side]} from ${images} where ${images.generationId} = ${generations.id} and ${images.role} = 'output' order by ${images.position} limit 1), (${generationRequests.params} ->> ${sql.raw(`'${side}'`)})::int)`;

const columns = {
  id: generations.id,
  createdAt: generations.createdAt,
  finishedAt: generations.finishedAt,
  environment: generations.environment,
  state: generations.state,
  failureMode: generations.failureMode,
  provider: generations.provider,
  coldClass: generations.coldClass,
  operation: generations.operation,
  source: generations.source,
  model: generations.model,
  revision: generations.revision,
  attemptCount: generations.attemptCount,
  imageCount: generations.imageCount,
  width: firstImage("width"),
  height: firstImage("height"),
  latencyMs: generations.latencyMs,
  delayMs: lastAttempt("delayMs"),
  executionMs: lastAttempt("executionMs"),
  storeMs: lastAttempt("storeMs"),
  costMicros: generations.costMicros,
  baselineMicros: generations.baselineMicros,
  prompt: generationRequests.prompt,
};

export type ExportRow = { [Name in keyof typeof columns]: string | number | Date | null };
export const EXPORT_COLUMNS = Object.keys(columns) as (keyof typeof columns)[];

/** Up to so many rows in a view's time are sorted for every piece; of more, the sort's index is walked. */
const SORTED_ROWS_MAX = 200_000;

/**
 * All rows of a view in its order, in pieces (of which some are empty). No transaction stays open while a slow reader
 * takes the rows, no row comes twice, and what is made meanwhile does not come.
 */
export async function* exportGenerations(
  db: Database,
  filter: GenerationConditions,
  options: { sort: GenerationSort; stepRows: number; sortedMax?: number },
): AsyncGenerator<ExportRow[]> {
  const { key, isDescending } = sortParts(options.sort);
  const where = await allConditions(db, filter);
  const walk = { db, filter, where, isDescending, stepRows: options.stepRows };
  if (key === "time") return yield* byTime(walk);
  const nowMs = await databaseNowMs(db);
  const { environment, fromMs, toMs } = filter;
  const inItsTime = await generationFacets(db, { environment, fromMs, toMs }, nowMs);
  // What ends meanwhile gets its number while the walk is past it or not there yet: it stays with the unknown ones.
  const hasEnded = sql`${generations.finishedAt} <= ${new Date(nowMs)}`;
  const column = SORT_COLUMNS[key];
  const known = {
    ...walk,
    where: [...where, hasEnded],
    column,
    isShort: inItsTime.total <= (options.sortedMax ?? SORTED_ROWS_MAX),
  };
  yield* byValue(known, (row) => (key === "latency" ? row.latencyMs : row.costMicros));
  yield* byTime({ ...walk, where: [...where, sql`(${column} is null or ${hasEnded} is not true)`] });
}

interface Walk {
  db: Database;
  filter: GenerationConditions;
  where: SQL[];
  isDescending: boolean;
  stepRows: number;
}

/**
 * By their ids. Every step looks at the same number of them, whether they match or not: so no statement grows with the
 * table, however rare a match is.
 */
async function* byTime({ db, filter, where, isDescending, stepRows }: Walk): AsyncGenerator<ExportRow[]> {
  const bounds = idBounds(filter);
  // Half open: from `low` on, below `high`.
  let [low, high] = [bounds.from ?? LOWEST, bounds.before ?? BEYOND];
  for (;;) {
    const [edge]: { id: string }[] = await db
      .select({ id: generations.id })
      .from(generations)
      .where(and(eq(generations.environment, filter.environment), gte(generations.id, low), lt(generations.id, high)))
      .orderBy(isDescending ? desc(generations.id) : asc(generations.id))
      .offset(isDescending ? stepRows - 1 : stepRows)
      .limit(1);
    const [from, before] = isDescending ? [edge?.id ?? low, high] : [low, edge?.id ?? high];
    yield selectRows(db, [...where, gte(generations.id, from), lt(generations.id, before)]).orderBy(
      isDescending ? desc(generations.id) : asc(generations.id),
    );
    if (!edge || from === before) return;
    if (isDescending) high = from;
    else low = before;
  }
}

/** By a number, those that have one, equal ones by id. */
async function* byValue(
  walk: Walk & { column: PgColumn; isShort: boolean },
  numberOf: (row: ExportRow) => ExportRow[keyof ExportRow],
): AsyncGenerator<ExportRow[]> {
  const { db, filter, where, isDescending, stepRows, column, isShort } = walk;
  const [order, beyond, upTo] = isDescending ? [desc, sql`<`, sql`>=`] : [asc, sql`>`, sql`<=`];
  const key = sql`(${column}, ${generations.id})`;
  const keyOf = ({ value, id }: Position) => sql`(${value}::bigint, ${id}::uuid)`;
  const orderBy = [order(column), order(generations.id)];
  for (let after: Position | null = null; ; ) {
    const past: SQL[] = [isNotNull(column), ...(after ? [sql`${key} ${beyond} ${keyOf(after)}`] : [])];
    if (isShort) {
      const rows = await selectRows(db, [...where, ...past])
        .orderBy(...orderBy)
        .limit(stepRows);
      yield rows;
      const last = rows.at(-1);
      if (!last || rows.length < stepRows) return;
      after = { value: numberOf(last), id: last.id };
    } else {
      const [edge]: Position[] = await db
        .select({ value: column, id: generations.id })
        .from(generations)
        .where(and(eq(generations.environment, filter.environment), ...past))
        .orderBy(...orderBy)
        .offset(stepRows - 1)
        .limit(1);
      const window = edge ? [sql`${key} ${upTo} ${keyOf(edge)}`] : [];
      yield await selectRows(db, [...where, ...past, ...window]).orderBy(...orderBy);
      if (!edge) return;
      after = edge;
    }
  }
}

interface Position {
  value: unknown;
  id: ExportRow["id"];
}

function selectRows(db: Database, where: readonly SQL[]) {
  return db
    .select(columns)
    .from(generations)
    .innerJoin(generationRequests, eq(generationRequests.generationId, generations.id))
    .where(and(...where));
}
