import { and, count, desc, eq, gte, inArray, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { attempts, auditEntries, environments, generations, rolloutRevisions } from "@/db/schema";
import type { FailureMode } from "@/server/domain/failure-modes";
import {
  type Phase,
  PROVIDER_IDS,
  type ProviderId,
  type RevisionSource,
  SOURCES,
  type Source,
} from "@/server/domain/vocabulary";
import { epochMs } from "./sql-parts";

/** Traffic that callers caused. What people and tools try out is left out of the numbers unless asked for. */
export const CALLER_SOURCES: readonly Source[] = ["api", "cli"];

export interface OverviewWindow {
  environment: string;
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  includeTests: boolean;
}

/** Null percentiles: nothing was measured. `n` is the number of generations behind them. */
export interface LatencyNumbers {
  n: number;
  latencyMsP50: number | null;
  latencyMsP95: number | null;
  latencyMsP99: number | null;
}

export interface ProviderNumbers {
  provider: ProviderId;
  generations: number;
  open: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  /** Succeeded over succeeded and failed, per generation after fallback; null without any. */
  successRate: number | null;
  failures: { mode: FailureMode; count: number; lastSeenMs: number }[];
  /** Attempts at this provider that ended, and those that failed: the error rate is theirs. */
  attempts: number;
  attemptsFailed: number;
  /** Succeeded generations. */
  latency: LatencyNumbers;
  /** Succeeded generations that found a warm worker. */
  latencyWarm: LatencyNumbers;
  coldCount: number;
  /** Generations whose class is known: the share of cold ones is over these. */
  coldKnown: number;
  costMicros: number;
  /** Over generations whose cost and baseline are both known; `priced` says how many those are. */
  baselineMicros: number;
  savingsMicros: number;
  priced: number;
}

export interface RevisionView {
  number: number;
  candidateShareBp: number;
  phase: Phase;
  held: boolean;
  source: RevisionSource;
  actor: string;
  reason: string | null;
  createdAtMs: number;
}

export interface AuditView {
  seq: number;
  atMs: number;
  actor: string;
  via: string;
  action: string;
  target: string | null;
  reason: string | null;
}

export interface HourPoint {
  startMs: number;
  counts: Record<ProviderId, number>;
}

export interface Overview {
  environment: string;
  fromMs: number;
  toMs: number;
  /** Which traffic the numbers are of. */
  sources: Source[];
  /** Null before the environment's first revision. */
  revision: RevisionView | null;
  revisions: RevisionView[];
  audit: AuditView[];
  providers: ProviderNumbers[];
  /** One point an hour (UTC) over the whole window; no requests is 0. */
  requestsPerHour: HourPoint[];
}

const HOUR_MS = 3_600_000;

/** Counted from the rows themselves, so exact; its cost grows with the rows of the window. */
export async function overview(db: DatabaseOrTransaction, window: OverviewWindow): Promise<Overview> {
  const sources = window.includeTests ? [...SOURCES] : [...CALLER_SOURCES];
  const inWindow = and(
    eq(generations.environment, window.environment),
    inArray(generations.source, sources),
    gte(generations.createdAt, new Date(window.fromMs)),
    lt(generations.createdAt, new Date(window.toMs)),
  );
  const [numbers, failures, tries, hours, revisions, audit] = await Promise.all([
    providerNumbers(db, inWindow),
    failuresByMode(db, inWindow),
    attemptNumbers(db, inWindow),
    requestsByHour(db, inWindow),
    newestRevisions(db, window.environment, 6),
    newestAudit(db, window.environment, 6),
  ]);
  const providers = PROVIDER_IDS.map((provider): ProviderNumbers => {
    const row = numbers.find((entry) => entry.provider === provider);
    const attempt = tries.find((entry) => entry.provider === provider);
    const ended = (row?.succeeded ?? 0) + (row?.failed ?? 0);
    return {
      provider,
      generations: row?.generations ?? 0,
      open: row?.open ?? 0,
      succeeded: row?.succeeded ?? 0,
      failed: row?.failed ?? 0,
      cancelled: row?.cancelled ?? 0,
      successRate: row && ended > 0 ? row.succeeded / ended : null,
      failures: failures.filter((entry) => entry.provider === provider).map(({ provider: _p, ...entry }) => entry),
      attempts: attempt?.ended ?? 0,
      attemptsFailed: attempt?.failed ?? 0,
      latency: toLatency(row?.succeeded ?? 0, row?.latency ?? null),
      latencyWarm: toLatency(row?.warm ?? 0, row?.latencyWarm ?? null),
      coldCount: row?.coldCount ?? 0,
      coldKnown: row?.coldKnown ?? 0,
      costMicros: Number(row?.costMicros ?? 0),
      baselineMicros: Number(row?.baselineMicros ?? 0),
      savingsMicros: Number(row?.savingsMicros ?? 0),
      priced: row?.priced ?? 0,
    };
  });
  return {
    environment: window.environment,
    fromMs: window.fromMs,
    toMs: window.toMs,
    sources,
    revision: revisions[0] ?? null,
    revisions,
    audit,
    providers,
    requestsPerHour: fillHours(window, hours),
  };
}

const when = (condition: SQL) => sql<number>`count(*) filter (where ${condition})`.mapWith(Number);
const percentiles = (condition: SQL) =>
  sql<
    number[] | null
  >`percentile_cont(array[0.5, 0.95, 0.99]) within group (order by ${generations.latencyMs}) filter (where ${condition})`;

function providerNumbers(db: DatabaseOrTransaction, inWindow: SQL | undefined) {
  const state = (name: string) => sql`${generations.state} = ${name}`;
  const priced = sql`${generations.costMicros} is not null and ${generations.baselineMicros} is not null`;
  const measured = sql`${generations.state} = 'succeeded' and ${generations.latencyMs} is not null`;
  const warm = sql`${measured} and ${generations.coldClass} = 'warm'`;
  return db
    .select({
      provider: generations.provider,
      generations: count(),
      open: when(sql`${generations.finishedAt} is null`),
      succeeded: when(state("succeeded")),
      failed: when(state("failed")),
      cancelled: when(state("cancelled")),
      warm: when(warm),
      latency: percentiles(measured),
      latencyWarm: percentiles(warm),
      coldCount: when(sql`${generations.coldClass} = 'cold'`),
      coldKnown: when(sql`${generations.coldClass} is not null and ${generations.coldClass} <> 'unknown'`),
      costMicros: sql<string | null>`sum(${generations.costMicros})`,
      baselineMicros: sql<string | null>`sum(${generations.baselineMicros}) filter (where ${priced})`,
      savingsMicros: sql<
        string | null
      >`sum(${generations.baselineMicros} - ${generations.costMicros}) filter (where ${priced})`,
      priced: when(priced),
    })
    .from(generations)
    .where(inWindow)
    .groupBy(generations.provider);
}

async function failuresByMode(db: DatabaseOrTransaction, inWindow: SQL | undefined) {
  const rows = await db
    .select({
      provider: generations.provider,
      mode: generations.failureMode,
      count: count(),
      lastSeenMs: sql<number>`max(${epochMs(generations.finishedAt)})`.mapWith(Number),
    })
    .from(generations)
    .where(and(inWindow, eq(generations.state, "failed")))
    .groupBy(generations.provider, generations.failureMode)
    .orderBy(desc(count()));
  return rows.map((row) => ({ ...row, mode: row.mode ?? "unknown" }));
}

function attemptNumbers(db: DatabaseOrTransaction, inWindow: SQL | undefined) {
  return db
    .select({
      provider: attempts.provider,
      ended: when(sql`${attempts.state} in ('succeeded', 'failed', 'not_sent', 'ambiguous')`),
      failed: when(sql`${attempts.state} in ('failed', 'not_sent', 'ambiguous')`),
    })
    .from(attempts)
    .innerJoin(generations, eq(generations.id, attempts.generationId))
    .where(inWindow)
    .groupBy(attempts.provider);
}

function requestsByHour(db: DatabaseOrTransaction, inWindow: SQL | undefined) {
  // UTC, whatever the session's time zone: an hour of a half-hour zone is another hour.
  const startMs = sql<number>`(floor(extract(epoch from ${generations.createdAt}) / 3600) * ${HOUR_MS}::bigint)`;
  return db
    .select({ startMs: startMs.mapWith(Number), provider: generations.provider, count: count() })
    .from(generations)
    .where(inWindow)
    .groupBy(sql`1`, generations.provider);
}

/** The rollout's history in an environment, the revision that rules now first. */
export async function newestRevisions(
  db: DatabaseOrTransaction,
  environment: string,
  limit: number,
): Promise<RevisionView[]> {
  const rows = await db
    .select({ revision: rolloutRevisions })
    .from(rolloutRevisions)
    .innerJoin(environments, eq(environments.name, rolloutRevisions.environment))
    .where(and(eq(environments.name, environment), sql`${rolloutRevisions.number} <= ${environments.currentRevision}`))
    .orderBy(desc(rolloutRevisions.number))
    .limit(limit);
  return rows.map(({ revision }) => ({
    number: revision.number,
    candidateShareBp: revision.candidateShareBp,
    phase: revision.phase,
    held: revision.held,
    source: revision.source,
    actor: revision.actor,
    reason: revision.reason,
    createdAtMs: revision.createdAt.getTime(),
  }));
}

async function newestAudit(db: DatabaseOrTransaction, environment: string, limit: number): Promise<AuditView[]> {
  const rows = await db
    .select()
    .from(auditEntries)
    .where(or(eq(auditEntries.environment, environment), isNull(auditEntries.environment)))
    .orderBy(desc(auditEntries.seq))
    .limit(limit);
  return rows.map((row) => ({
    seq: row.seq,
    atMs: row.at.getTime(),
    actor: row.actor,
    via: row.via,
    action: row.action,
    target: row.target,
    reason: row.reason,
  }));
}

function toLatency(n: number, values: number[] | null): LatencyNumbers {
  const at = (index: number) => {
    const value = values?.[index];
    return value === undefined || value === null ? null : Math.round(value);
  };
  return { n, latencyMsP50: at(0), latencyMsP95: at(1), latencyMsP99: at(2) };
}

function fillHours(
  window: OverviewWindow,
  rows: { startMs: number; provider: ProviderId; count: number }[],
): HourPoint[] {
  const points: HourPoint[] = [];
  for (let startMs = Math.floor(window.fromMs / HOUR_MS) * HOUR_MS; startMs < window.toMs; startMs += HOUR_MS) {
    const at = (provider: ProviderId) =>
      rows.find((row) => row.startMs === startMs && row.provider === provider)?.count ?? 0;
    points.push({ startMs, counts: { scenario: at("scenario"), comfyui: at("comfyui") } });
  }
  return points;
}
