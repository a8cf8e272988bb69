import { sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { environments, rolloutRevisions } from "@/db/schema";
import type { FailureMode } from "@/server/domain/failure-modes";
import { newId } from "@/server/domain/ids";
import type { ColdClass, GenerationState, ProviderId, RevisionSource, Source } from "@/server/domain/vocabulary";

export interface RevisionRow {
  shareBp: number;
  at: Date;
  phase?: "validation" | "canary" | "gradual" | "deprecation";
  held?: boolean;
  source?: RevisionSource;
  details?: Record<string, unknown>;
}

/** Appends a revision with a time of one's own choice and puts it in force; the first one makes the environment. */
export async function addRevision(db: Database, environment: string, row: RevisionRow): Promise<number> {
  const { rows } = await db.execute<{ number: number }>(
    sql`select coalesce(max(number), 0) + 1 as number from rollout_revisions where environment = ${environment}`,
  );
  const number = Number(rows[0]?.number ?? 1);
  await db
    .insert(environments)
    .values({ name: environment, currentRevision: number })
    .onConflictDoUpdate({ target: environments.name, set: { currentRevision: number } });
  await db.insert(rolloutRevisions).values({
    id: newId(),
    environment,
    number,
    candidateShareBp: row.shareBp,
    phase: row.phase ?? "gradual",
    held: row.held ?? false,
    salt: "salt",
    source: row.source ?? "cli",
    actor: "test",
    reason: "hand-made",
    details: row.details ?? null,
    createdAt: row.at,
  });
  return number;
}

export interface GenerationRows {
  count: number;
  /** Of the first; the others follow one second apart. */
  at: Date;
  provider?: ProviderId;
  state?: Extract<GenerationState, "succeeded" | "failed" | "cancelled">;
  source?: Source;
  coldClass?: ColdClass;
  latencyMs?: number;
  failureMode?: FailureMode;
  /** The first attempt failed at this provider, and `provider` ended it. */
  rescuedFrom?: ProviderId;
  forced?: boolean;
  costMicros?: number;
  baselineMicros?: number;
}

/** Ended generations with their attempts, as the engine leaves them. */
export async function addGenerations(db: Database, environment: string, rows: GenerationRows): Promise<void> {
  const provider = rows.provider ?? "comfyui";
  const state = rows.state ?? "succeeded";
  const failed = state === "failed";
  const first = rows.rescuedFrom ?? provider;
  // Version 7, as the product's: lists find their range by the time in the id.
  const idAt = sql`overlay(gen_random_uuid()::text placing regexp_replace(
    lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0'), '^(.{8})(.{4})$', '\\1-\\2-7') from 1 for 15)::uuid`;
  const attemptState = failed ? "failed" : state;
  await db.execute(sql`
    with made as (
      insert into generations (id, environment, scope, body_hash, source, operation, state, provider, forced_provider,
        revision, fallback_allowed, cold_class, failure_mode, latency_ms, cost_micros, baseline_micros, attempt_count, created_at, deadline_at, finished_at)
      select ${idAt}, ${environment}, 'test', 'hash', ${rows.source ?? "api"}, 'txt2img', ${state}, ${provider},
        ${rows.forced ? provider : null}, e.current_revision, true, ${rows.coldClass ?? (failed ? null : "warm")},
        ${failed ? (rows.failureMode ?? "unknown") : null}, ${rows.latencyMs ?? 3_000}, ${rows.costMicros ?? null},
        ${rows.baselineMicros ?? null}, ${rows.rescuedFrom ? 2 : 1}, at, at + interval '3 minutes', at + interval '3 seconds'
      from environments e, generate_series(0, ${rows.count - 1}) i, lateral (select ${rows.at}::timestamptz + i * interval '1 second' as at) t
      where e.name = ${environment} returning id, revision, created_at),
    firsts as (
      insert into attempts (id, generation_id, number, environment, provider, reason, revision, receipt, state, created_at, deadline_at, finished_at)
      select gen_random_uuid(), id, 1, ${environment}, ${first}, 'primary', revision, '{}'::jsonb,
        ${rows.rescuedFrom ? "failed" : attemptState}, created_at, created_at + interval '3 minutes', created_at + interval '2 seconds' from made)
    insert into attempts (id, generation_id, number, environment, provider, reason, revision, receipt, state, created_at, deadline_at, finished_at)
    select gen_random_uuid(), id, 2, ${environment}, ${provider}, 'fallback', revision, '{}'::jsonb, ${attemptState},
      created_at + interval '2 seconds', created_at + interval '3 minutes', created_at + interval '3 seconds'
    from made where ${rows.rescuedFrom !== undefined}`);
}
