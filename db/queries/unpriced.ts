import { sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import type { ColdClass, Operation, ProviderId } from "@/server/domain/vocabulary";

export interface UnpricedAttempt {
  id: string;
  provider: ProviderId;
  state: "succeeded" | "failed" | "cancelled";
  model: string | null;
  delayMs: number | null;
  executionMs: number | null;
  coldClass: ColdClass | null;
  startUpMs: number | null;
  billedUnits: number | null;
  quotedUnits: number | null;
  workerLastSeenMsAgo: number | null;
  /** Of its submission: prices of that moment count. */
  atMs: number;
}

export interface UnpricedGeneration {
  id: string;
  operation: Operation;
  imageCount: number;
  createdAtMs: number;
  lacksBaseline: boolean;
  /** Those of unknown cost. */
  attempts: UnpricedAttempt[];
}

/** Ended generations of unknown cost or baseline, by id. Reported and imported ones cost what their reporter said. */
export async function unpricedGenerations(
  db: DatabaseOrTransaction,
  query: { environment: string; fromMs: number; toMs: number; afterId: string | null; limit: number },
): Promise<UnpricedGeneration[]> {
  const { rows } = await db.execute<UnpricedGeneration & Record<string, unknown>>(sql`
    select g.id, g.operation, g.image_count as "imageCount", (extract(epoch from g.created_at) * 1000)::float8 as "createdAtMs",
      g.state = 'succeeded' and g.baseline_micros is null as "lacksBaseline",
      coalesce((select jsonb_agg(jsonb_build_object('id', a.id, 'provider', a.provider, 'state', a.state, 'model', a.model, 'delayMs', a.delay_ms,
          'executionMs', a.execution_ms, 'coldClass', a.cold_class, 'startUpMs', a.start_up_ms, 'billedUnits', a.billed_units,
          'quotedUnits', a.quoted_units, 'workerLastSeenMsAgo', a.evidence -> 'workerLastSeenMsAgo',
          'atMs', extract(epoch from coalesce(a.submitted_at, a.created_at)) * 1000))
        from attempts a where a.generation_id = g.id and a.cost_micros is null and a.state in ('succeeded', 'failed', 'cancelled')), '[]') as attempts
    from generations g
    where g.environment = ${query.environment} and g.created_at >= ${new Date(query.fromMs)} and g.created_at < ${new Date(query.toMs)}
      and g.finished_at is not null and g.source not in ('report', 'import')
      and (g.cost_micros is null or (g.state = 'succeeded' and g.baseline_micros is null))
      ${query.afterId === null ? sql`` : sql`and g.id > ${query.afterId}`}
    order by g.id limit ${query.limit}`);
  return rows;
}
