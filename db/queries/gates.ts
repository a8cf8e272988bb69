import { type SQL, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { FAILURE_MODE_INFO, FAILURE_MODES } from "@/server/domain/failure-modes";
import type { DrillFact, StepFacts } from "@/server/domain/gate-facts";
import { GATE_SOURCES } from "@/server/domain/judge-gates";
import type { Outcomes } from "@/server/domain/statistics/compare-rates";
import { quantileRanks } from "@/server/domain/statistics/quantile-ranks";
import type { TimeSpan } from "@/server/domain/statistics/verdict";
import { CANDIDATE, CONTROL } from "@/server/domain/vocabulary";

export interface GateWindow extends TimeSpan {
  environment: string;
}

/** Failures that are the request's fault: no provider would have done better. */
export const REQUEST_FAULTS = FAILURE_MODES.filter((mode) => !FAILURE_MODE_INFO[mode].mayFallBack);

export const words = (list: readonly string[]): SQL =>
  sql`(${sql.join(
    list.map((word) => sql`${word}`),
    sql`, `,
  )})`;

export const inWindow = ({ environment, fromMs, toMs }: GateWindow): SQL =>
  sql`g.environment = ${environment} and g.source in ${words(GATE_SOURCES)}
    and g.created_at >= ${new Date(fromMs)} and g.created_at < ${new Date(toMs)}`;

/**
 * Which side the first decision chose: a fallback changes a generation's provider, not where it was sent first. Looked
 * up only where there was a second attempt, so a step of half a million generations needs no join.
 */
export const ROUTED = sql`case when g.attempt_count > 1
  then coalesce((select a.provider from attempts a where a.generation_id = g.id and a.number = 1), g.provider)
  else g.provider end`;
/** Did the side that it was sent to do it? Null: neither done nor its failure. */
export const DONE_THERE = sql`case
  when g.state = 'succeeded' then g.provider = ${ROUTED}
  when g.state = 'failed' and coalesce(g.failure_mode, 'unknown') not in ${words(REQUEST_FAULTS)} then false end`;

export async function first<Row extends Record<string, unknown>>(db: DatabaseOrTransaction, query: SQL): Promise<Row> {
  const { rows } = await db.execute<Row>(query);
  const [row] = rows;
  if (!row) throw new Error("an aggregate returned no row");
  // As the query's own columns say; every caller names them beside its SQL.
  return row as Row;
}

const count = (condition: SQL) => sql`count(*) filter (where ${condition})::int`;

/** Ended generations on the candidate, as on every page. */
export async function candidateOutcomes(db: DatabaseOrTransaction, window: GateWindow): Promise<Outcomes> {
  return first<{ successes: number; failures: number }>(
    db,
    sql`select ${count(sql`g.state = 'succeeded'`)} as successes, ${count(sql`g.state = 'failed'`)} as failures
      from generations g where ${inWindow(window)} and g.provider = ${CANDIDATE}`,
  );
}

/** Counted from the rows themselves, so exact; the cost grows with the rows of the step. */
export async function stepFacts(db: DatabaseOrTransaction, window: GateWindow, limitMs: number): Promise<StepFacts> {
  const { fromMs, toMs } = window;
  const routed = (side: string, done: string) =>
    count(sql`g.forced_provider is null and g.routed = ${side} and g.done is ${sql.raw(done)}`);
  const warmRow = sql`g.provider = ${CANDIDATE} and g.state = 'succeeded' and g.cold_class = 'warm' and g.latency_ms is not null`;
  const atOnce = sql`g.state = 'succeeded' and g.attempt_count = 1`;
  const row = await first<Record<"gs" | "gf" | "cs" | "cf" | "ks" | "kf" | "warm" | "under" | "at_once", number>>(
    db,
    sql`select ${count(sql`g.provider = ${CANDIDATE} and g.state = 'succeeded'`)} as gs,
      ${count(sql`g.provider = ${CANDIDATE} and g.state = 'failed'`)} as gf,
      ${routed(CANDIDATE, "true")} as cs, ${routed(CANDIDATE, "false")} as cf,
      ${routed(CONTROL, "true")} as ks, ${routed(CONTROL, "false")} as kf,
      ${count(warmRow)} as warm, ${count(sql`${warmRow} and g.latency_ms < ${limitMs}`)} as under,
      ${count(sql`g.provider = ${CANDIDATE} and ${atOnce}`)} as at_once
      from (select g.*, ${ROUTED} as routed, ${DONE_THERE} as done from generations g where ${inWindow(window)}) g`,
  );
  // Attempts that succeeded at once are their generations; the few others are read one by one.
  const others = await first<{ successes: number; failures: number }>(
    db,
    sql`select ${count(sql`t.state = 'succeeded'`)} as successes,
      ${count(sql`t.state in ('failed', 'not_sent', 'ambiguous')`)} as failures
      from generations g join attempts t on t.generation_id = g.id
      where ${inWindow(window)} and not (${atOnce}) and t.provider = ${CANDIDATE}`,
  );
  return {
    window: { fromMs, toMs },
    generations: { successes: row.gs, failures: row.gf },
    attempts: { successes: row.at_once + others.successes, failures: others.failures },
    warm: { n: row.warm, under: row.under, ...(await warmValues(db, window, warmRow, row.warm)) },
    routed: {
      candidate: { successes: row.cs, failures: row.cf },
      control: { successes: row.ks, failures: row.kf },
    },
  };
}

const P95 = 0.95;

async function warmValues(db: DatabaseOrTransaction, window: GateWindow, warmRow: SQL, n: number) {
  if (n === 0) return { valueMs: null, lowMs: null, highMs: null };
  const ranks = quantileRanks(n, P95);
  // The value of a rank: percentile_disc takes the first whose position reaches the fraction.
  const at = (rank: number | null) =>
    rank === null
      ? sql`null::int`
      : sql`percentile_disc(${(rank - 0.5) / n}::float8) within group (order by g.latency_ms)`;
  const row = await first<{ value: number | null; low: number | null; high: number | null }>(
    db,
    sql`select percentile_disc(${P95}::float8) within group (order by g.latency_ms) as value,
      ${at(ranks.low)} as low, ${at(ranks.high)} as high
      from generations g where ${inWindow(window)} and ${warmRow}`,
  );
  return { valueMs: row.value, lowMs: row.low, highMs: row.high };
}

/**
 * Cold starts at the candidate in the two halves of a window, which begins with the first generation in it whose class
 * is known. Two days make each half a day, so the hours of the day weigh alike.
 */
export async function coldHalves(db: DatabaseOrTransaction, window: GateWindow) {
  const known = sql`g.provider = ${CANDIDATE} and g.cold_class is not null and g.cold_class <> 'unknown'`;
  const from = await first<{ first: Date | string | null }>(
    db,
    sql`select min(g.created_at) as first from generations g where ${inWindow(window)} and ${known}`,
  );
  const fromMs = from.first === null ? window.fromMs : new Date(from.first).getTime();
  const middle = new Date(Math.floor((fromMs + window.toMs) / 2));
  const cold = sql`g.cold_class = 'cold'`;
  const row = await first<Record<"lc" | "lw" | "ec" | "ew", number>>(
    db,
    sql`select ${count(sql`g.created_at >= ${middle} and ${cold}`)} as lc,
      ${count(sql`g.created_at >= ${middle} and not ${cold}`)} as lw,
      ${count(sql`g.created_at < ${middle} and ${cold}`)} as ec,
      ${count(sql`g.created_at < ${middle} and not ${cold}`)} as ew
      from generations g where ${inWindow({ ...window, fromMs })} and ${known}`,
  );
  return {
    window: { fromMs, toMs: window.toMs },
    late: { successes: row.lc, failures: row.lw },
    early: { successes: row.ec, failures: row.ew },
  };
}

/** The newest rollback of an environment, with what its rows say of it. Null: there was none. */
export async function newestDrill(db: DatabaseOrTransaction, environment: string): Promise<DrillFact | null> {
  const { rows } = await db.execute<{ number: number; at: string; pressed: number | null; late: number }>(
    sql`select r.number, (extract(epoch from r.created_at) * 1000)::float8 as at,
        case when jsonb_typeof(r.details -> 'pressedAtMs') = 'number' then (r.details ->> 'pressedAtMs')::float8 end as pressed,
        (select count(*) from attempts t where t.environment = r.environment and t.provider = ${CANDIDATE}
          and t.revision < r.number and t.created_at > r.created_at)::int as late
      from rollout_revisions r where r.environment = ${environment} and r.details ->> 'kind' = 'rollback'
      order by r.number desc limit 1`,
  );
  const [row] = rows;
  if (!row) return null;
  const atMs = Number(row.at);
  return {
    revision: row.number,
    atMs,
    tookMs: row.pressed === null ? null : Math.max(0, Math.round(atMs - row.pressed)),
    late: row.late,
  };
}

/** Titles of the incidents that are not resolved in any of the environments. */
export async function openIncidentTitles(db: DatabaseOrTransaction, environments: string[]): Promise<string[]> {
  const { rows } = await db.execute<{ title: string }>(
    sql`select environment || ': ' || title as title from incidents
      where resolved_at is null and environment in ${words(environments)} order by opened_at`,
  );
  return rows.map((row) => row.title);
}
