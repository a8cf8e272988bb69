import { desc, eq, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { revisionReasons, variableSightings } from "@/db/schema";
import type { ProviderId } from "@/server/domain/vocabulary";
import { epochMs } from "./sql-parts";

export interface VariableStatus {
  source: "process" | "file";
  provider: ProviderId | null;
  problem: string | null;
  seenAtMs: number;
}

/** What `IMAGE_GENERATION_PROVIDER` said last, in the process environment and in the env files, with its problems. */
export async function variableStatus(db: DatabaseOrTransaction): Promise<VariableStatus[]> {
  return db
    .select({
      source: variableSightings.source,
      provider: variableSightings.provider,
      problem: variableSightings.problem,
      seenAtMs: epochMs(variableSightings.seenAt),
    })
    .from(variableSightings)
    .orderBy(variableSightings.source);
}

export interface MeasuredShare {
  /** Callers' generations decided by this revision. */
  n: number;
  /** Attempts that went to the candidate first, in basis points; null without any. */
  measuredBp: number | null;
  forced: number;
  fallback: number;
  notAvailable: number;
}

/** The share that was really served under a revision, beside the configured one, with what explains the gap. */
export async function measuredShare(
  db: DatabaseOrTransaction,
  environment: string,
  revision: number,
): Promise<MeasuredShare> {
  const { rows } = await db.execute<Omit<MeasuredShare, "measuredBp"> & { candidate: number; routed: number }>(sql`
    select count(*)::int as n, count(*) filter (where q.receipt ->> 'rule' = 'forced')::int as forced,
      count(*) filter (where q.receipt ->> 'rule' = 'fallback')::int as fallback,
      count(*) filter (where q.receipt ->> 'rule' = 'not_available')::int as "notAvailable",
      count(*) filter (where g.forced_provider is null)::int as routed,
      count(*) filter (where g.forced_provider is null and g.provider = 'comfyui')::int as candidate
    from generations g join generation_requests q on q.generation_id = g.id
    where g.environment = ${environment} and g.revision = ${revision} and g.source in ('api', 'cli')`);
  const row = rows[0];
  if (!row) return { n: 0, measuredBp: null, forced: 0, fallback: 0, notAvailable: 0 };
  const { candidate, routed, ...rest } = row;
  return { ...rest, measuredBp: routed === 0 ? null : Math.round((candidate / routed) * 10_000) };
}

/** The newest reason that was given to a revision afterwards; null: none was. */
export async function laterReason(db: DatabaseOrTransaction, revisionId: string): Promise<string | null> {
  const [row] = await db
    .select({ reason: revisionReasons.reason })
    .from(revisionReasons)
    .where(eq(revisionReasons.revisionId, revisionId))
    .orderBy(desc(revisionReasons.createdAt))
    .limit(1);
  return row?.reason ?? null;
}
