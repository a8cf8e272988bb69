import { sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { STORAGE_FINDING_KEYS } from "@/server/domain/storage-findings";
import { SUBJECT_NAMES } from "@/server/domain/warning";
import type { EventSpan } from "./metric-events";

export type AnnotationKind = "revision" | "rollback" | "settings" | "deploy" | "incident";

export interface Annotation {
  atMs: number;
  kind: AnnotationKind;
  text: string;
  actor: string;
  /** A page of the console. */
  href: string;
}

export interface Annotations {
  /** The oldest first. */
  listed: Annotation[];
  /** How many more there are, all of them older. */
  omitted: number;
}

const MAX = 200;
/** What `recordDeployment` writes; before the first one nothing was deployed that could have changed. */
const DEPLOYED = "switchyard.deployed";
/** Changes of how the system works, among all that is audited. */
const SETTINGS = ["rollout.policy_changed", "prices.%", "endpoint.%"];
const OF_STORAGE = [...STORAGE_FINDING_KEYS];

/** What was changed or went wrong in the window: the newest 200. */
export async function readAnnotations(db: DatabaseOrTransaction, span: EventSpan): Promise<Annotations> {
  const [from, to] = [new Date(span.fromMs), new Date(span.toMs)];
  const { rows } = await db.execute<Annotation & Record<string, unknown> & { total: number }>(
    sql`select * from (select *, (count(*) over ())::int as total from (
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
      select (extract(epoch from a.at) * 1000)::float8, 'deploy', 'Switchyard ' || a.target || ' deployed', a.actor, '/settings/audit'
        from audit_entries a where a.action = ${DEPLOYED} and a.at >= ${from} and a.at < ${to}
          and exists (select 1 from audit_entries before where before.action = ${DEPLOYED} and before.seq < a.seq)
      union all
      select (extract(epoch from i.opened_at) * 1000)::float8, 'incident', i.title, i.opened_by, '/alerts/' || i.id
        from incidents i where i.environment = ${span.environment} and i.opened_at >= ${from} and i.opened_at < ${to}
      union all
      select (extract(epoch from w.fired_at) * 1000)::float8, 'incident', case when w.key = any(${sql.param(OF_STORAGE)}) then ${SUBJECT_NAMES.storage}::text
          else ${SUBJECT_NAMES.endpoint}::text end || ': ' || w.title, 'Switchyard', '/alerts'
        from endpoint_warnings w where w.environment = ${span.environment} and w.fired_at >= ${from} and w.fired_at < ${to}
      ) changes order by "atMs" desc limit ${MAX}) newest order by "atMs"`,
  );
  const listed = rows.map(({ atMs, kind, text, actor, href }) => ({ atMs, kind, text, actor, href }));
  return { listed, omitted: (rows[0]?.total ?? 0) - listed.length };
}
