import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { LoadAnswer } from "./run-load";

const DRAIN_MS = 180_000;

export interface Submissions {
  /** Rows of the whole level, warm-up and requests that the end of the load cut off included. */
  committed: number;
  submitted: number;
  /** Answered with 202, and no submission is known. */
  lost: number;
  /** Accepted to submitted, of those that were accepted after the warm-up. */
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** From the first one's to the last one's, so the rest of a queue after the load counts too. */
  perSecond: number;
}

/** Waits until everything that was accepted was also submitted, three minutes at most, and counts. */
export async function readSubmissions(pool: pg.Pool, load: LoadAnswer): Promise<Submissions> {
  const deadline = Date.now() + DRAIN_MS;
  for (;;) {
    // Cheap, since it is asked while the last ones are on their way; what counts is read below.
    const { rows } = await pool.query<{ open: boolean }>(
      "select exists (select 1 from generations where finished_at is null and state in ('queued', 'submitting')) as open",
    );
    if (rows[0]?.open === false || Date.now() > deadline) break;
    await sleep(250);
  }
  const { rows } = await pool.query<Submissions>(
    `with s as (
      select g.id, g.created_at, min(a.submitted_at) as submitted_at
      from generations g left join attempts a on a.generation_id = g.id group by g.id),
    t as (
      select extract(epoch from submitted_at - created_at)::float8 * 1000 as ms from s
      where submitted_at is not null and created_at >= to_timestamp($2::float8 / 1000))
    select count(*)::int as committed, count(submitted_at)::int as submitted,
      (select count(*)::int from unnest($1::uuid[]) i where not exists (
        select 1 from s where s.id = i and s.submitted_at is not null)) as lost,
      coalesce((select percentile_cont(0.5) within group (order by ms) from t), 0) as "p50Ms",
      coalesce((select percentile_cont(0.99) within group (order by ms) from t), 0) as "p99Ms",
      coalesce((select max(ms) from t), 0) as "maxMs",
      coalesce((count(submitted_at) / nullif(extract(epoch from max(submitted_at) - min(submitted_at)), 0))::float8, 0)
        as "perSecond"
    from s`,
    [load.ids, load.measuredFromMs],
  );
  const [counts] = rows;
  if (!counts) throw new Error("the database counted nothing"); // an aggregate always gives a row
  return counts;
}
