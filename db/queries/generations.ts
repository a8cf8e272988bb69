import { eq, inArray, max, sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { generationEvents, generationRequests, generations } from "@/db/schema";
import type { GenerationDetail } from "@/server/domain/generation-view";
import type { GenerationState } from "@/server/domain/vocabulary";
import { detailColumns, type SignUrl, toGenerationImage, toSummary } from "./generation-columns";

/** Built and planned once: the accept path reads a generation back for every request. */
const preparedDetails = new WeakMap<Database, ReturnType<typeof prepareDetails>>();

function prepareDetails(db: Database) {
  return db
    .select(detailColumns)
    .from(generations)
    .innerJoin(generationRequests, eq(generationRequests.generationId, generations.id))
    .where(sql`${generations.id} = any(${sql.placeholder("ids")}::uuid[])`)
    .prepare("generation_details");
}

/** All of each generation in one statement, so its parts are of one moment. In any order; unknown ids are left out. */
export async function generationDetails(db: Database, ids: string[], signUrl: SignUrl): Promise<GenerationDetail[]> {
  const prepared = preparedDetails.get(db) ?? prepareDetails(db);
  preparedDetails.set(db, prepared);
  const rows = await prepared.execute({ ids });
  return rows.map((row) => {
    const input = row.storedImages.find((image) => image.role === "input");
    return {
      ...toSummary(row, signUrl),
      params: row.params,
      stickyKey: row.stickyKey,
      receipt: row.receipt,
      caller: row.caller,
      idempotencyKey: row.idempotencyKey,
      fallbackAllowed: row.fallbackAllowed,
      warnings: row.warnings,
      input: input ? toGenerationImage(input, signUrl) : null,
      attempts: row.attemptViews,
      events: row.eventViews,
      costLines: row.costLineViews,
    };
  });
}

/** Changes whenever something happened that a watcher would show; equal strings mean nothing did. */
export interface GenerationVersion {
  id: string;
  state: GenerationState;
  version: string;
}

/** Versions of many generations in one statement: one poll serves every watcher of a process. */
export async function generationVersions(db: Database, ids: string[]): Promise<GenerationVersion[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select({ id: generations.id, state: generations.state, newestEvent: max(generationEvents.id) })
    .from(generations)
    .leftJoin(generationEvents, eq(generationEvents.generationId, generations.id))
    .where(inArray(generations.id, ids))
    .groupBy(generations.id);
  return rows.map((row) => ({ id: row.id, state: row.state, version: `${row.state}/${row.newestEvent ?? 0}` }));
}
