import type { DatabaseOrTransaction } from "@/db/client";
import {
  type BatchCallRow,
  type BatchRow,
  batchRow,
  callsOf,
  firstPictures,
  newestBatches,
} from "@/db/queries/batches";
import { BATCH_CALL_STATES, type BatchCallState, type BatchSummary, type BatchView } from "@/server/domain/batch";
import { formatMicros } from "@/server/domain/money";
import { PROVIDER_IDS } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";

const LIST_LIMIT = 20;

export async function listBatches(db: DatabaseOrTransaction, environment: string): Promise<BatchSummary[]> {
  const rows = await newestBatches(db, environment, LIST_LIMIT);
  const calls = await callsOf(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map((row) =>
    summary(
      row,
      calls.filter(({ batchId }) => batchId === row.id),
    ),
  );
}

/** With every pair of pictures. Throws NOT_FOUND. */
export async function readBatch(db: DatabaseOrTransaction, id: string): Promise<BatchView> {
  const batch = await batchRow(db, id);
  if (!batch) throw new AppError("NOT_FOUND", "there is no such batch");
  const calls = await callsOf(db, [id]);
  const pictures = await firstPictures(
    db,
    calls.map(({ generationId }) => generationId).filter((generationId) => generationId !== null),
  );
  const positions = [...new Set(calls.map(({ position }) => position))];
  return {
    ...summary(batch, calls),
    params: batch.params,
    pairs: positions.map((position) => {
      const pair = calls
        .filter((call) => call.position === position)
        // Scenario first, as everywhere that both stand side by side.
        .sort((one, other) => PROVIDER_IDS.indexOf(one.provider) - PROVIDER_IDS.indexOf(other.provider));
      return {
        position,
        prompt: pair[0]?.prompt ?? "",
        calls: pair.map(({ provider, state, generationId, costMicros, latencyMs, failureMode, words }) => {
          const picture = state === "succeeded" && generationId ? pictures.get(generationId) : undefined;
          return {
            provider,
            state,
            generationId,
            costMicros,
            latencyMs,
            failureMode,
            words,
            image: picture
              ? {
                  sha256: picture.sha256,
                  mimeType: picture.mimeType,
                  width: picture.width,
                  height: picture.height,
                  sizeBytes: picture.sizeBytes,
                  expiredAtMs: picture.expiredAt?.getTime() ?? null,
                }
              : null,
          };
        }),
      };
    }),
  };
}

function summary(batch: BatchRow, calls: readonly BatchCallRow[]): BatchSummary {
  const count = (state: BatchCallState) => calls.filter((call) => call.state === state).length;
  const counts = Object.fromEntries(BATCH_CALL_STATES.map((state) => [state, count(state)])) as Record<
    BatchCallState,
    number
  >; // every state has its entry
  const spentMicros = calls.reduce((sum, call) => sum + (call.costMicros ?? 0), 0);
  const { id, environment, name, startedBy, createdAt, endedAt, capMicros, outcome, isPaused } = batch;
  const open = batch.cancelRequestedBy !== null ? "cancelling" : isPaused ? "paused" : "running";
  const state = outcome ?? open;
  return {
    id,
    environment,
    name,
    state,
    startedBy,
    createdAtMs: createdAt.getTime(),
    endedAtMs: endedAt?.getTime() ?? null,
    capMicros,
    spentMicros,
    counts,
    words: wordsOf(state, counts, calls.length, spentMicros, capMicros),
  };
}

function wordsOf(
  state: BatchSummary["state"],
  counts: Record<BatchCallState, number>,
  total: number,
  spentMicros: number,
  capMicros: number,
): string {
  const made = `${counts.succeeded} of ${total} pictures made for ${formatMicros(spentMicros)}`;
  const rest = [
    counts.failed > 0 ? `${counts.failed} failed` : null,
    counts.cancelled > 0 ? `${counts.cancelled} cancelled` : null,
    counts.running > 0 ? `${counts.running} under way` : null,
    counts.left_out > 0 ? `${counts.left_out} not asked for` : null,
  ].filter((part) => part !== null);
  const all = [made, ...rest].join(", ");
  return state === "capped"
    ? `Stopped before the call that could have gone over the cap of ${formatMicros(capMicros)}: ${all}`
    : all;
}
