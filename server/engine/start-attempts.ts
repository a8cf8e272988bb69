import type pg from "pg";
import { type DecisionReceipt, decide, type PassedOver, type RoutingRevision } from "@/server/domain/decision";
import { FAILURE_MODE_INFO } from "@/server/domain/failure-modes";
import { newId } from "@/server/domain/ids";
import { CANDIDATE, CONTROL, type ProviderId } from "@/server/domain/vocabulary";
import { claimQueued, type QueueLane, takeLeases } from "./claim";
import { type EngineContext, unavailability } from "./context";
import { estimateMicros } from "./cost";
import { debugPoint } from "./debug-points";
import { readRevisionLocked } from "./routing-lock";
import type { ClaimedGeneration, Ending, Intent } from "./types";
import { type MovedGeneration, writeIntents, writeMoved } from "./write-intents";

/** A job that has killed its worker this often is not given to a fourth. */
const POISON_AFTER = 3;
const SHORTEST_ATTEMPT_MS = 5_000;

export interface StartedAttempts {
  intents: Intent[];
  /** Claimed, but not to be sent: cancelled, overdue, poisonous, or nobody can serve it. */
  endings: { generation: ClaimedGeneration; ending: Ending }[];
  /** Still queued, but elsewhere: the newest decision sends it to a provider that takes no more just now. */
  moved: number;
}

/**
 * Claims queued generations and writes their intents, in one transaction under the shared routing lock: a change of
 * revision that has committed is seen by every intent that commits after it. No provider is called in here.
 * `room` says how many more submits a provider takes now.
 */
export async function startAttempts(
  ctx: EngineContext,
  lane: QueueLane,
  limit: number,
  room: (provider: ProviderId) => number,
): Promise<StartedAttempts> {
  await debugPoint("claim.before");
  const client = await ctx.pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const revision = await readRevisionLocked(client, lane.environment);
    await debugPoint("claim.locked");
    const claimed = await claimQueued(client, { ...lane, revision: revision.number }, limit);
    const tried = await readTried(client, claimed);
    const started: StartedAttempts = { intents: [], endings: [], moved: 0 };
    const moved: MovedGeneration[] = [];
    for (const generation of claimed) {
      const decision = endInstead(generation) ?? decideNow(ctx, generation, revision, tried.get(generation.id) ?? []);
      if ("kind" in decision) {
        started.endings.push({ generation, ending: decision });
        continue;
      }
      const taken = started.intents.filter((intent) => intent.provider === decision.provider).length;
      if (room(decision.provider) <= taken) moved.push({ id: generation.id, receipt: decision });
      else started.intents.push(toIntent(ctx, generation, decision, tried.get(generation.id) ?? []));
    }
    await debugPoint("claim.decided");
    await writeMoved(client, moved);
    await takeLeases(
      client,
      ctx.instanceId,
      started.endings.map(({ generation }) => generation.id),
    );
    await writeIntents(client, ctx.instanceId, started.intents);
    await client.query("commit");
    started.moved = moved.length;
    await debugPoint("intent.committed");
    return started;
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
    await client.query("rollback").catch(() => undefined);
    throw error;
  } finally {
    // A connection that failed is closed, not lent again: its transaction's state is not known.
    client.release(broken);
  }
}

/** Where it goes by the revision in force, or the end that it comes to when nobody can serve it. */
function decideNow(
  ctx: EngineContext,
  generation: ClaimedGeneration,
  revision: RoutingRevision,
  tried: PassedOver[],
): DecisionReceipt | Ending {
  const unavailable = unavailability(ctx, generation.environment, generation.params.operation);
  // Once the candidate was given up, every later attempt passes it over: also a retry at the control.
  const givenUp = generation.nextReason === "fallback" ? candidateOf(tried) : [];
  const { stickyKey, forcedProvider: forced } = generation;
  const receipt = decide({ revision, stickyKey, forced, unavailable, tried: givenUp });
  const refusal = unavailable[receipt.provider];
  if (refusal === null && receipt.rule !== "not_available") return receipt;
  return failedEnding("provider_unavailable", refusal ?? "no provider is left for it");
}

/** Without an attempt there it was left for having no place (fall-back-from-queue.ts). */
function candidateOf(tried: PassedOver[]): PassedOver[] {
  const found = tried.filter((entry) => entry.provider === CANDIDATE);
  return found.length > 0 ? found : [{ provider: CANDIDATE, reason: "it took no more jobs in time" }];
}

function toIntent(
  ctx: EngineContext,
  generation: ClaimedGeneration,
  receipt: DecisionReceipt,
  tried: PassedOver[],
): Intent {
  const { provider } = receipt;
  const mayFallBack =
    provider === CANDIDATE &&
    generation.fallbackAllowed &&
    !generation.forcedProvider &&
    unavailability(ctx, generation.environment, generation.params.operation)[CONTROL] === null;
  const isFirstHere = !tried.some((entry) => entry.provider === provider);
  return {
    attemptId: newId(),
    generation,
    number: generation.attemptCount + 1,
    provider,
    reason:
      generation.attemptCount === 0
        ? "primary"
        : generation.nextReason === "fallback" && isFirstHere
          ? "fallback"
          : "retry",
    receipt,
    reservedMicros: estimateMicros(ctx, generation, provider, generation.createdAtMs),
    attemptMs: Math.max(SHORTEST_ATTEMPT_MS, generation.remainingMs - (mayFallBack ? reserveMs(ctx, generation) : 0)),
  };
}

/** Time kept for the control; of a short deadline at most half. */
function reserveMs(ctx: EngineContext, generation: ClaimedGeneration): number {
  return Math.min(ctx.config.fallbackReserveMs, (generation.ageMs + generation.remainingMs) / 2);
}

function endInstead(generation: ClaimedGeneration): Ending | null {
  if (generation.cancelRequested)
    return { ...failedEnding("cancelled", "cancelled before it was sent"), state: "cancelled" };
  if (generation.remainingMs <= 0) return failedEnding("timeout", "the deadline passed while it waited to be sent");
  if (generation.crashCount >= POISON_AFTER) {
    return failedEnding("unknown", `set aside: ${generation.crashCount} workers ended while they had it in hand`);
  }
  return null;
}

export function failedEnding(mode: keyof typeof FAILURE_MODE_INFO, message: string): Extract<Ending, { kind: "end" }> {
  return {
    kind: "end",
    state: "failed",
    failureMode: mode,
    coldClass: null,
    images: [],
    baselineMicros: null,
    warnings: [],
    message,
  };
}

/** What earlier attempts of these generations came to, for the receipts of fallbacks. */
async function readTried(client: pg.PoolClient, claimed: ClaimedGeneration[]): Promise<Map<string, PassedOver[]>> {
  const ids = claimed.filter((generation) => generation.attemptCount > 0).map((generation) => generation.id);
  const tried = new Map<string, PassedOver[]>();
  if (ids.length === 0) return tried;
  const { rows } = await client.query<{
    id: string;
    provider: ProviderId;
    mode: keyof typeof FAILURE_MODE_INFO | null;
  }>({
    name: "read-tried",
    text: `select distinct on (generation_id, provider) generation_id as id, provider, failure_mode as mode
      from attempts where generation_id = any($1) order by generation_id, provider, number desc`,
    values: [ids],
  });
  for (const row of rows) {
    const reason = row.mode ? `tried: ${FAILURE_MODE_INFO[row.mode].title}` : "tried without an answer";
    tried.set(row.id, [...(tried.get(row.id) ?? []), { provider: row.provider, reason }]);
  }
  return tried;
}
