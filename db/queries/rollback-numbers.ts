import { sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import type { Outcomes } from "@/server/domain/statistics/compare-rates";
import { CANDIDATE, CONTROL } from "@/server/domain/vocabulary";
import { DONE_THERE, first, type GateWindow, inWindow, ROUTED } from "./gates";

/** Outcomes of the candidate in their order: how many, and at which places (from 1) it failed. */
export interface OutcomeOrder {
  n: number;
  failuresAt: number[];
  /** When the first of its newest outcomes ended; null without any. */
  recentFromMs: number | null;
}

/** Longer steps are judged on their newest outcomes, which is as if the test had begun there. */
const OUTCOMES_MAX = 50_000;

/** Of the generations that the share sent to the candidate, in the order in which they ended. Failures alone are read. */
export async function candidateOrder(
  db: DatabaseOrTransaction,
  window: GateWindow,
  recent: number,
): Promise<OutcomeOrder> {
  const row = await first<{ n: number; failures: number[] | null; recentFrom: Date | string | null }>(
    db,
    sql`with newest as (
        select (${DONE_THERE}) as done, g.finished_at, g.id from generations g
          where ${inWindow(window)} and g.finished_at is not null and g.forced_provider is null
            and ${ROUTED} = ${CANDIDATE} and (${DONE_THERE}) is not null
          order by g.finished_at desc, g.id desc limit ${OUTCOMES_MAX}),
      placed as (select done, finished_at, (row_number() over (order by finished_at, id))::int as place,
          (row_number() over (order by finished_at desc, id desc))::int as back from newest)
      select count(*)::int as n, array_agg(place order by place) filter (where not done) as failures,
        min(finished_at) filter (where back <= ${recent}) as "recentFrom" from placed`,
  );
  return {
    n: row.n,
    failuresAt: row.failures ?? [],
    recentFromMs: row.recentFrom === null ? null : new Date(row.recentFrom).getTime(),
  };
}

/** What the control did with its own generations that ended from a moment on. */
export async function controlSince(
  db: DatabaseOrTransaction,
  window: GateWindow,
  endedFromMs: number,
): Promise<Outcomes> {
  return first<{ successes: number; failures: number }>(
    db,
    sql`select count(*) filter (where done)::int as successes, count(*) filter (where not done)::int as failures
      from (select (${DONE_THERE}) as done from generations g
        where ${inWindow(window)} and g.finished_at >= ${new Date(endedFromMs)} and g.forced_provider is null
          and ${ROUTED} = ${CONTROL}) o`,
  );
}
