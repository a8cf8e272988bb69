import { and, eq, sql } from "drizzle-orm";
import type { Transaction } from "@/db/client";
import { type BatchCallRow, type BatchRow, batchRow, callsOf, collectEnded, openBatches } from "@/db/queries/batches";
import { generationByKey } from "@/db/queries/checklist";
import { batchCalls, batches } from "@/db/schema";
import type { BatchOutcome } from "@/server/domain/batch";
import { requestOf } from "@/server/domain/batch";
import { AppError, type ErrorCode } from "@/server/errors";
import { estimateCalls } from "./estimate-batch";
import { type BatchWork, batchPrincipal } from "./types";

/** Two pairs at once: enough to keep both providers busy, few enough to leave room for callers. */
const AT_ONCE = 4;
/** Refused for the moment: asked again at the next look. */
const PASSING: readonly ErrorCode[] = ["OVERLOADED", "UNAVAILABLE", "TOO_MANY_REQUESTS"];

/**
 * One look at every open batch: writes down what has ended, asks for what may be asked for, ends what is over. All that
 * is known stands in rows, so that any process may do the next look.
 */
export async function advanceBatches(deps: BatchWork): Promise<void> {
  for (const batch of await openBatches(deps.db)) {
    await advance(deps, batch).catch((error: unknown) =>
      deps.log.warn("batch: could not go on", { batchId: batch.id, error }),
    );
  }
}

async function advance(deps: BatchWork, batch: BatchRow): Promise<void> {
  await collectEnded(deps.db, batch.id);
  const isCancelled = batch.cancelRequestedBy !== null;
  if (isCancelled) await cancelAll(deps, batch);
  // Asked for by a process that has died before it could write the generation's id.
  const lost = (await callsOf(deps.db, [batch.id])).filter(
    ({ state, generationId }) => state === "running" && generationId === null,
  );
  for (const call of lost) await submit(deps, batch, call);
  if (!isCancelled && !batch.isPaused) {
    for (let next = await reserveNext(deps, batch.id); next !== null; next = await reserveNext(deps, batch.id))
      if (!(await submit(deps, batch, next))) break;
  }
  await endWhenOver(deps, batch);
}

/** Takes the next call if there is room and it cannot break the cap, and sets money aside for it. */
async function reserveNext(deps: BatchWork, batchId: string): Promise<BatchCallRow | null> {
  return deps.db.transaction(async (tx) => {
    const batch = await batchRow(tx, batchId, { lock: true });
    if (!batch || batch.endedAt !== null || batch.isPaused || batch.cancelRequestedBy !== null) return null;
    const calls = await callsOf(tx, [batchId]);
    const next = calls.find(({ state }) => state === "waiting");
    if (!next || calls.filter(({ state }) => state === "running").length >= AT_ONCE) return null;
    const reservedMicros = await reserveFor(deps, tx, batch, calls, next);
    const committed = calls.reduce((sum, call) => sum + (call.costMicros ?? call.reservedMicros ?? 0), 0);
    if (committed + reservedMicros > batch.capMicros) {
      // What runs may turn out cheaper than was set aside for it.
      if (calls.some(({ state }) => state === "running")) return null;
      await leaveOut(tx, batchId, "left_out");
      return null;
    }
    await tx.update(batchCalls).set({ state: "running", reservedMicros }).where(isCall(next));
    return { ...next, state: "running", reservedMicros };
  });
}

/** As much as the dearest of this batch has cost, where that is more than was expected. */
async function reserveFor(
  deps: BatchWork,
  tx: Transaction,
  batch: BatchRow,
  calls: readonly BatchCallRow[],
  next: BatchCallRow,
): Promise<number> {
  const estimate = (await estimateCalls(deps, tx, batch.environment)).find(
    ({ provider }) => provider === next.provider,
  );
  const dearest = calls
    .filter(({ provider }) => provider === next.provider)
    .reduce((most, { costMicros }) => Math.max(most, costMicros ?? 0), 0);
  return Math.max(estimate?.reserveMicros ?? 0, dearest);
}

/** False: it was refused for the moment. */
async function submit(deps: BatchWork, batch: BatchRow, call: BatchCallRow): Promise<boolean> {
  try {
    const { id } = await deps.gateway.submit({
      principal: batchPrincipal(batch),
      environment: batch.environment,
      source: "batch",
      params: requestOf(call.prompt, batch.params),
      image: null,
      provider: call.provider,
      stickyKey: null,
      idempotencyKey: keyOf(call),
      fallback: false,
      deadlineMs: null,
    });
    await deps.db.update(batchCalls).set({ generationId: id }).where(isCall(call));
    return true;
  } catch (error) {
    if (!AppError.is(error)) throw error;
    const isPassing = PASSING.includes(error.code);
    await deps.db
      .update(batchCalls)
      .set({
        reservedMicros: null,
        ...(isPassing
          ? { state: "waiting" as const }
          : { state: "failed" as const, costMicros: 0, words: error.message }),
      })
      .where(isCall(call));
    return !isPassing;
  }
}

async function cancelAll(deps: BatchWork, batch: BatchRow): Promise<void> {
  await deps.db.transaction((tx) => leaveOut(tx, batch.id, "cancelled"));
  const principal = batchPrincipal(batch);
  for (const call of await callsOf(deps.db, [batch.id])) {
    if (call.state !== "running") continue;
    const id = call.generationId ?? (await generationByKey(deps.db, principal.scope, keyOf(call)));
    if (id !== null) {
      await deps.gateway.cancel(principal, id);
      await deps.db.update(batchCalls).set({ generationId: id }).where(isCall(call));
    } else
      await deps.db
        .update(batchCalls)
        .set({ state: "cancelled", reservedMicros: null, costMicros: 0 })
        .where(isCall(call));
  }
}

async function leaveOut(tx: Transaction, batchId: string, state: "left_out" | "cancelled"): Promise<void> {
  await tx
    .update(batchCalls)
    .set({ state })
    .where(and(eq(batchCalls.batchId, batchId), eq(batchCalls.state, "waiting")));
}

async function endWhenOver(deps: BatchWork, batch: BatchRow): Promise<void> {
  const calls = await callsOf(deps.db, [batch.id]);
  if (calls.some(({ state }) => state === "waiting" || state === "running")) return;
  const outcome: BatchOutcome = calls.some(({ state }) => state === "left_out")
    ? "capped"
    : batch.cancelRequestedBy !== null
      ? "cancelled"
      : "done";
  await deps.db
    .update(batches)
    .set({ outcome, endedAt: sql`clock_timestamp()` })
    .where(and(eq(batches.id, batch.id), sql`${batches.endedAt} is null`));
}

const keyOf = ({ position, provider }: BatchCallRow) => `${position}/${provider}`;

const isCall = ({ batchId, position, provider }: BatchCallRow) =>
  and(eq(batchCalls.batchId, batchId), eq(batchCalls.position, position), eq(batchCalls.provider, provider));
