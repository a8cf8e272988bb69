import { sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { CONTROL } from "@/server/domain/vocabulary";

export type ControlUse = "routed" | "fallback" | "forced" | "readiness" | "drill";

export interface ControlUsage {
  /** Caller's name; the machine's own uses are by "Switchyard". */
  caller: string;
  reason: ControlUse;
  count: number;
  lastUsedAtMs: number;
}

/** What still uses the control, by caller and reason, most recent first: the list that must be empty before it is removed. */
export async function controlUsage(
  db: DatabaseOrTransaction,
  window: { environment: string; fromMs: number; toMs: number },
): Promise<ControlUsage[]> {
  const from = new Date(window.fromMs);
  const to = new Date(window.toMs);
  const { rows } = await db.execute<ControlUsage & Record<string, unknown>>(sql`
    select * from (
      select q.caller, case when a.reason = 'fallback' then 'fallback' when g.forced_provider is not null then 'forced'
          when r.details ->> 'kind' = 'rollback' then 'drill' else 'routed' end as reason,
        count(*)::int as count, (extract(epoch from max(a.created_at)) * 1000)::float8 as "lastUsedAtMs"
      from attempts a join generations g on g.id = a.generation_id join generation_requests q on q.generation_id = g.id
        join rollout_revisions r on r.environment = a.environment and r.number = a.revision
      where a.environment = ${window.environment} and a.provider = ${CONTROL} and a.created_at >= ${from} and a.created_at < ${to}
      group by 1, 2
      union all
      select 'Switchyard', 'readiness', 1, (extract(epoch from checked_at) * 1000)::float8 from provider_checks
      where environment = ${window.environment} and provider = ${CONTROL} and checked_what <> 'configuration'
        and checked_at >= ${from} and checked_at < ${to}) x
    order by "lastUsedAtMs" desc limit 200`);
  return rows;
}
