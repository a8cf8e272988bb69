import type pg from "pg";
import { type GenerationState, PROVIDER_IDS, type ProviderId } from "@/server/domain/vocabulary";
import type { QueueLane } from "./claim";

export interface OpenCount {
  environment: string;
  provider: ProviderId;
  state: GenerationState;
  count: number;
}

export interface Census {
  open: OpenCount[];
  /** Living processes, this one included, by heartbeat. */
  instances: number;
}

const ALIVE_FOR_S = 10;
const DUE = `g.finished_at is null and g.state = 'queued' and g.environment = e.name and g.provider = p.provider
  and g.next_at <= statement_timestamp() and (g.lease_until is null or g.lease_until < clock_timestamp())`;

/** Writes this process's heartbeat and counts the open generations and the living processes. One statement a second. */
export async function takeCensus(pool: pg.Pool, instance: { id: string; role: string }): Promise<Census> {
  const { rows } = await pool.query<{ open: OpenCount[]; instances: number }>({
    name: "census",
    text: `with beat as (insert into instances (id, role) values ($1, $2)
        on conflict (id) do update set seen_at = clock_timestamp()),
      gone as (delete from instances where seen_at < clock_timestamp() - interval '1 hour')
      select (select count(*)::int from instances where id <> $1 and seen_at > clock_timestamp() - make_interval(secs => ${ALIVE_FOR_S})) + 1 as instances,
        coalesce((select jsonb_agg(jsonb_build_object('environment', environment, 'provider', provider, 'state', state, 'count', n))
          from (select environment, provider, state, count(*)::int as n from generations where finished_at is null
            group by environment, provider, state) x), '[]'::jsonb) as open`,
    values: [instance.id, instance.role],
  });
  return { open: rows[0]?.open ?? [], instances: rows[0]?.instances ?? 1 };
}

/** Lanes with something to send that is due now. */
export async function dueLanes(pool: pg.Pool, environments: string[]): Promise<QueueLane[]> {
  const { rows } = await pool.query<QueueLane>({
    name: "due-lanes",
    text: `select e.name as environment, p.provider, s.stale
      from environments e cross join unnest($2::text[]) p(provider) cross join (values (false), (true)) s(stale)
      where e.name = any($1) and case when s.stale
        then exists (select 1 from generations g where ${DUE} and g.revision < e.current_revision)
        else exists (select 1 from generations g where ${DUE} and g.revision = e.current_revision) end`,
    values: [environments, PROVIDER_IDS],
  });
  return rows;
}
