import { and, desc, eq, gte, lt, sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { attempts, generationRequests, generations, images } from "@/db/schema";
import { allConditions, type GenerationConditions, idBounds } from "./list-generations";

/** Above every id. */
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

/**
 * All rows of a view, newest first, in pieces (of which some are empty). Every step looks at the same number of ids,
 * whether they match or not: so no statement grows with the table, however rare a match is, and no transaction stays
 * open while a slow reader takes the rows. Ids only fall, so no row comes twice and what is made meanwhile does not come.
 */
export async function* exportGenerations(
  db: Database,
  filter: GenerationConditions,
  stepRows: number,
): AsyncGenerator<ExportRow[]> {
  const bounds = idBounds(filter);
  const conditions = allConditions(filter);
  let before: string | null = bounds.before ?? BEYOND;
  while (before !== null) {
    const [edge]: { id: string }[] = await db
      .select({ id: generations.id })
      .from(generations)
      .where(and(eq(generations.environment, filter.environment), lt(generations.id, before)))
      .orderBy(desc(generations.id))
      .offset(stepRows - 1)
      .limit(1);
    const from: string | null = edge && (bounds.from === null || edge.id > bounds.from) ? edge.id : null;
    const rows: ExportRow[] = await db
      .select(columns)
      .from(generations)
      .innerJoin(generationRequests, eq(generationRequests.generationId, generations.id))
      .where(and(...conditions, lt(generations.id, before), from === null ? undefined : gte(generations.id, from)))
      .orderBy(desc(generations.id));
    yield rows;
    before = from;
  }
}
