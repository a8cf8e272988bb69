import { count, isNull } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { generations } from "@/db/schema";
import type { GenerationState } from "@/server/domain/vocabulary";

/** Generations that have not ended, by environment and state. Reads the partial index of open rows only. */
export function openGenerations(
  db: DatabaseOrTransaction,
): Promise<{ environment: string; state: GenerationState; count: number }[]> {
  return db
    .select({ environment: generations.environment, state: generations.state, count: count() })
    .from(generations)
    .where(isNull(generations.finishedAt))
    .groupBy(generations.environment, generations.state);
}
