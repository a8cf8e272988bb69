import { sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import type { ColdClass, Operation } from "@/server/domain/vocabulary";

/** One job at the candidate, as far as the simulation of its endpoint needs it. */
export type WarmRequestRow = {
  atMs: number;
  delayMs: number | null;
  executionMs: number | null;
  startUpMs: number | null;
  coldClass: ColdClass | null;
  costMicros: number | null;
  /** What the caller felt; null where it did not end well with its first attempt. */
  latencyMs: number | null;
  operation: Operation;
  /** What its worker runs on; null: no look ever found that worker. */
  gpuType: string | null;
};

/**
 * Jobs at the candidate of generations accepted in [fromMs, toMs), by anybody: each keeps a worker busy. The newest `limit`,
 * the oldest first: read along the generations' index, so that a busy month costs no more than what is taken of it.
 */
export async function warmRequests(
  db: DatabaseOrTransaction,
  { environment, fromMs, toMs, limit }: { environment: string; fromMs: number; toMs: number; limit: number },
): Promise<WarmRequestRow[]> {
  const { rows } = await db.execute<WarmRequestRow>(sql`
    select (extract(epoch from coalesce(a.submitted_at, a.created_at)) * 1000)::float8 as "atMs", a.delay_ms as "delayMs",
      a.execution_ms as "executionMs", a.start_up_ms as "startUpMs", a.cold_class as "coldClass", a.cost_micros::float8 as "costMicros",
      case when g.state = 'succeeded' and g.provider = 'comfyui' and a.number = 1 then g.latency_ms end as "latencyMs",
      g.operation, w.gpu_type as "gpuType"
    from generations g join attempts a on a.generation_id = g.id left join endpoint_workers w on w.worker_id = a.worker_id
    where g.environment = ${environment} and g.created_at >= ${new Date(fromMs)} and g.created_at < ${new Date(toMs)}
      and a.provider = 'comfyui' and a.job_id is not null
    order by g.created_at desc limit ${limit}`);
  return rows.reverse();
}

export interface ImportedTrace {
  id: string;
  fileName: string;
  n: number;
  firstAtMs: number;
  lastAtMs: number;
}

/** Imports of an environment whose arrivals the what-if can take, the newest first. */
export async function importedTraces(db: DatabaseOrTransaction, environment: string): Promise<ImportedTrace[]> {
  const { rows } = await db.execute<ImportedTrace & Record<string, unknown>>(sql`
    select id, file_name as "fileName", stored_count as n, (extract(epoch from first_at) * 1000)::float8 as "firstAtMs",
      (extract(epoch from last_at) * 1000)::float8 as "lastAtMs"
    from imports where environment = ${environment} and state = 'done' and stored_count > 0 and first_at is not null
    order by created_at desc limit 20`);
  return rows.map(({ id, fileName, n, firstAtMs, lastAtMs }) => ({ id, fileName, n, firstAtMs, lastAtMs }));
}

/** When an import's rows of its last days came, rising: the newest `limit`. Empty: no such import there. */
export async function importedArrivals(
  db: DatabaseOrTransaction,
  { environment, importId, days, limit }: { environment: string; importId: string; days: number; limit: number },
): Promise<number[]> {
  const { rows } = await db.execute<{ atMs: number }>(sql`
    select (extract(epoch from created_at) * 1000)::float8 as "atMs" from generations
    where environment = ${environment} and scope = ${`import:${importId}`}
      and created_at <= (select last_at from imports where id = ${importId})
      and created_at > (select last_at - make_interval(days => ${days}) from imports where id = ${importId})
    order by created_at desc limit ${limit}`);
  return rows.reverse().map(({ atMs }) => atMs);
}
