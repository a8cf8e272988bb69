import { createHash } from "node:crypto";
import { canonicalJson } from "@/server/audit/canonical-json";
import type { HistoryRow } from "@/server/domain/history/history-row";
import { newId } from "@/server/domain/ids";
import { type BaselinePrices, baselineOf } from "@/server/engine/cost";

/** A row as `storeHistory` writes it; names are those of the columns. */
export interface HistoryRecord {
  id: string;
  attempt_id: string;
  idempotency_key: string | null;
  body_hash: string;
  operation: string;
  state: string;
  provider: string;
  model: string | null;
  revision: number;
  cold_class: string | null;
  failure_mode: string | null;
  failure_message: string | null;
  image_count: number | null;
  latency_ms: number | null;
  delay_ms: number | null;
  execution_ms: number | null;
  cost_micros: number | null;
  baseline_micros: number | null;
  created_ms: number;
  finished_ms: number;
  params: Record<string, unknown>;
  prompt: string | null;
  sticky_key: string;
}

export interface RecordOptions {
  /** Null: as many rows as there are. */
  idempotencyKey: string | null;
  /** Leads to the same row always, or to a new one each time (null). */
  identity: string | null;
  environment: string;
  revision: number;
  prices: BaselinePrices;
}

/** What a row is worth in our tables: its id, its hash and its baseline cost. */
export function toRecord(row: HistoryRow, options: RecordOptions): HistoryRecord {
  const { environment, identity } = options;
  const baseline = () =>
    row.images === null
      ? null
      : baselineOf(
          options.prices,
          { environment, params: { operation: row.operation, count: row.images } },
          row.images,
          row.createdAtMs,
        );
  return {
    id: identity === null ? newId(row.createdAtMs) : idOf(row.createdAtMs, `generation ${environment} ${identity}`),
    attempt_id:
      identity === null ? newId(row.createdAtMs) : idOf(row.createdAtMs, `attempt ${environment} ${identity}`),
    idempotency_key: options.idempotencyKey,
    body_hash: createHash("sha256").update(canonicalJson({ environment, row })).digest("hex"),
    operation: row.operation,
    state: row.state,
    provider: row.provider,
    model: row.model,
    revision: options.revision,
    cold_class: row.coldClass,
    failure_mode: row.failureMode,
    failure_message: row.failureMessage,
    image_count: row.images,
    latency_ms: row.latencyMs,
    delay_ms: row.delayMs,
    execution_ms: row.executionMs,
    cost_micros: row.costMicros,
    baseline_micros: row.state === "succeeded" ? baseline() : null,
    created_ms: row.createdAtMs,
    finished_ms: row.finishedAtMs,
    params: {
      operation: row.operation,
      prompt: row.prompt,
      negativePrompt: null,
      width: row.width,
      height: row.height,
      steps: row.steps,
      guidance: null,
      seed: null,
      strength: null,
      count: row.images ?? 1,
    },
    prompt: row.prompt,
    sticky_key: row.stickyKey ?? row.id,
  };
}

/**
 * A UUID of version 7 that is the same for the same name: the time leads, as in ids that the gateway makes, so lists
 * keep their order; a hash takes the place of the random bits.
 */
export function idOf(atMs: number, name: string): string {
  const time = atMs.toString(16).padStart(12, "0");
  const hash = createHash("sha256").update(name).digest("hex");
  const variant = ((Number.parseInt(hash.slice(3, 4), 16) & 0x3) | 0x8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hash.slice(0, 3)}-${variant}${hash.slice(4, 7)}-${hash.slice(7, 19)}`;
}
