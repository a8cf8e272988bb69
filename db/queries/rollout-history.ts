import { sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import type { Phase, RevisionSource } from "@/server/domain/vocabulary";
import { CANDIDATE, CONTROL } from "@/server/domain/vocabulary";

/** How a change of route went, from recorded rows. Milliseconds since the press; null where nothing of the kind happened. */
export interface Stopwatch {
  /** Press to commit: from here on no instance writes an intent by the old route. */
  committedMs: number | null;
  /** The last intent on the provider that was left, before the commit. Negative: before the press. */
  lastOldMs: number | null;
  /** The first intent by the new route. */
  firstNewMs: number | null;
  /** Jobs that were at the candidate at the commit, and how many of those have ended there since. */
  inFlight: number;
  inFlightEnded: number;
  /** Intents on the candidate after the commit that no request had named: must be 0. */
  leaked: number;
}

export interface HistoryEntry {
  number: number;
  candidateShareBp: number;
  phase: Phase;
  held: boolean;
  source: RevisionSource;
  actor: string;
  /** The reason given with it, or the newest one given later. */
  reason: string | null;
  details: Record<string, unknown> | null;
  createdAtMs: number;
  /** Until the next revision; null for the one in force. */
  durationMs: number | null;
  incidentId: string | null;
  /** Set for rollbacks. */
  stopwatch: Stopwatch | null;
  /** Of callers' generations accepted while it was in force. */
  generations: number;
  succeeded: number;
  failed: number;
}

/** The rollout's history, newest first, before `beforeNumber` where given. */
export async function rolloutHistory(
  db: DatabaseOrTransaction,
  environment: string,
  page: { beforeNumber: number | null; limit: number },
): Promise<HistoryEntry[]> {
  const { rows } = await db.execute<Omit<HistoryEntry, "stopwatch"> & { stopwatch: Stopwatch | null }>(sql`
    with r as (
      select r.*, lead(r.created_at) over (order by r.number) as until from rollout_revisions r where r.environment = ${environment}),
    page as (select * from r where ${page.beforeNumber}::int is null or number < ${page.beforeNumber} order by number desc limit ${page.limit})
    select p.number, p.candidate_share_bp as "candidateShareBp", p.phase, p.held, p.source, p.actor, p.details,
      coalesce((select s.reason from revision_reasons s where s.revision_id = p.id order by s.created_at desc limit 1), p.reason) as reason,
      (extract(epoch from p.created_at) * 1000)::float8 as "createdAtMs",
      (extract(epoch from p.until - p.created_at) * 1000)::float8 as "durationMs",
      (select i.id from incidents i where i.environment = ${environment} and i.revision = p.number limit 1) as "incidentId",
      case when p.details ->> 'kind' = 'rollback' then (
        select jsonb_build_object(
          'committedMs', round(extract(epoch from p.created_at) * 1000 - (p.details ->> 'pressedAtMs')::numeric),
          'lastOldMs', round(extract(epoch from max(a.created_at) filter (where a.provider = ${CANDIDATE} and a.created_at <= p.created_at)) * 1000
            - (p.details ->> 'pressedAtMs')::numeric),
          'firstNewMs', round(extract(epoch from min(a.created_at) filter (where a.provider = ${CONTROL} and a.revision = p.number)) * 1000
            - (p.details ->> 'pressedAtMs')::numeric),
          'inFlight', count(*) filter (where a.provider = ${CANDIDATE} and a.created_at <= p.created_at
            and (a.finished_at is null or a.finished_at > p.created_at)),
          'inFlightEnded', count(*) filter (where a.provider = ${CANDIDATE} and a.created_at <= p.created_at and a.finished_at > p.created_at),
          'leaked', count(*) filter (where a.provider = ${CANDIDATE} and a.created_at > p.created_at
            and (p.until is null or a.created_at < p.until)))
        from attempts a join generations g on g.id = a.generation_id
        where a.environment = ${environment} and g.forced_provider is null
          and a.created_at > p.created_at - interval '15 minutes'
          and a.created_at < least(coalesce(p.until, 'infinity'), p.created_at + interval '15 minutes')) end as stopwatch,
      c.generations, c.succeeded, c.failed
    from page p cross join lateral (
      select count(*)::int as generations, count(*) filter (where g.state = 'succeeded')::int as succeeded,
        count(*) filter (where g.state = 'failed')::int as failed
      from generations g where g.environment = ${environment} and g.source in ('api', 'cli')
        and g.created_at >= p.created_at and (p.until is null or g.created_at < p.until)) c
    order by p.number desc`);
  return rows;
}
