import { sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { requireScope } from "@/server/auth/access";
import type { GenerationDetail } from "@/server/domain/generation-view";
import { isTerminal } from "@/server/domain/vocabulary";
import { announceChange } from "@/server/engine/changes";
import { debugPoint } from "@/server/engine/debug-points";
import { getGeneration, type ReadDeps } from "./get-generation";
import type { Principal } from "./types";

/**
 * Asks for the end of a generation. Only marks it: the engine stops the job where it is and settles what it has cost.
 * Harmless twice, and on one that has ended.
 */
export async function cancelGeneration(
  deps: ReadDeps & { db: Database; wake(): void },
  principal: Principal,
  id: string,
): Promise<GenerationDetail> {
  requireScope(principal, "generate");
  const found = await getGeneration(deps, principal, id);
  if (isTerminal(found.state)) return found;
  await deps.db.execute(sql`with g as (
      update generations set cancel_requested_at = clock_timestamp(), next_at = clock_timestamp()
      where id = ${id} and finished_at is null and cancel_requested_at is null returning id)
    insert into generation_events (generation_id, kind, data)
      select id, 'cancel_requested', jsonb_build_object('by', ${principal.name}::text) from g`);
  await debugPoint("cancel.requested");
  announceChange(id);
  deps.wake();
  return getGeneration(deps, principal, id);
}
