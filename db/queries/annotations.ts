import { sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import type { EventSpan } from "./metric-events";

export type AnnotationKind = "revision" | "rollback" | "settings" | "incident";

export interface Annotation {
  atMs: number;
  kind: AnnotationKind;
  text: string;
  actor: string;
  /** A page of the console. */
  href: string;
}

const MAX = 200;
/** Changes of how the system works, among all that is audited. */
const SETTINGS = ["rollout.policy_changed", "prices.%", "endpoint.%"];

/** What was changed or went wrong in the window, the oldest first; the newest 200. */
export async function annotations(db: DatabaseOrTransaction, span: EventSpan): Promise<Annotation[]> {
  const [from, to] = [new Date(span.fromMs), new Date(span.toMs)];
  const { rows } = await db.execute<Annotation & Record<string, unknown>>(
    sql`select * from (
      select (extract(epoch from r.created_at) * 1000)::float8 as "atMs", case when r.held then 'rollback' else 'revision' end as kind,
          case when r.held then 'Rolled back to Scenario' else rtrim(rtrim((r.candidate_share_bp / 100.0)::numeric(5, 2)::text, '0'), '.') || '% ComfyUI' end
            as text, r.actor, '/rollout' as href
        from rollout_revisions r where r.environment = ${span.environment} and r.number > 1 and r.created_at >= ${from} and r.created_at < ${to}
      union all
      select (extract(epoch from a.at) * 1000)::float8, 'settings', case when a.action like 'endpoint.%' then 'RunPod endpoint: ' || a.target
          else a.action || coalesce(' ' || a.target, '') end, a.actor, case when a.action like 'endpoint.%' then '/settings/providers' else '/settings/audit' end
        from audit_entries a where (a.environment = ${span.environment} or a.environment is null) and a.at >= ${from} and a.at < ${to}
          and a.action like any(${sql.param(SETTINGS)})
      union all
      select (extract(epoch from i.opened_at) * 1000)::float8, 'incident', i.title, i.opened_by, '/alerts/' || i.id
        from incidents i where i.environment = ${span.environment} and i.opened_at >= ${from} and i.opened_at < ${to}
      order by 1 desc limit ${MAX}) newest order by "atMs"`,
  );
  return rows;
}
