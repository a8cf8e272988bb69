import type { ColdStartVerdict } from "./cold-start";
import { costOf, type Micros, type UnitPrice } from "./money";
import type { CostKind, Operation, PriceUnit, ProviderId, Seller } from "./vocabulary";

/** A row of the price book. It holds from `effectiveFromMs` to before `effectiveToMs`. */
export interface PriceRow {
  id: string;
  provider: Seller;
  unit: PriceUnit;
  /** Model or GPU type in the provider's naming; `*` where the price holds for all. */
  item: string;
  operation: Operation | null;
  price: UnitPrice;
  effectiveFromMs: number;
  effectiveToMs: number | null;
}

export interface PriceQuery {
  provider: Seller;
  unit: PriceUnit;
  item: string;
  /** Null: no picture's own, such as storage. */
  operation: Operation | null;
  atMs: number;
}

/** The row in force, the most particular one first: by item, then by operation, then the newest. Null: no price. */
export function pickPrice(rows: readonly PriceRow[], query: PriceQuery): PriceRow | null {
  let best: PriceRow | null = null;
  let bestRank = -1;
  for (const row of rows) {
    if (row.provider !== query.provider || row.unit !== query.unit) continue;
    if (row.item !== query.item && row.item !== "*") continue;
    if (row.operation !== null && row.operation !== query.operation) continue;
    if (query.atMs < row.effectiveFromMs || (row.effectiveToMs !== null && query.atMs >= row.effectiveToMs)) continue;
    const rank = (row.item === "*" ? 0 : 2) + (row.operation === null ? 0 : 1);
    const isNewer = best === null || row.effectiveFromMs > best.effectiveFromMs;
    if (rank > bestRank || (rank === bestRank && isNewer)) {
      best = row;
      bestRank = rank;
    }
  }
  return best;
}

export interface CostLine {
  kind: CostKind;
  costMicros: Micros;
  units: number;
  unit: PriceUnit;
  unitPrice: UnitPrice;
  priceId: string;
  note: string | null;
}

/** What a cost was computed from, the surest first. */
export type CostBasis = "billed_units" | "gpu_seconds" | "per_image" | "quote" | "reserved";

export interface AttemptCost {
  lines: CostLine[];
  /** Sum of the lines. Null: unknown, because a price or a measure is missing; never 0 for that. */
  totalMicros: Micros | null;
  basis: CostBasis;
}

export interface PricedAttempt {
  provider: ProviderId;
  operation: Operation;
  outcome: "succeeded" | "failed" | "cancelled";
  /** Scenario: the model; it keys the price of an image. */
  model: string;
  /** ComfyUI: the endpoint's GPU type; it keys the price of a second. */
  gpuType: string;
  timing: { delayMs: number | null; executionMs: number | null };
  verdict: ColdStartVerdict | null;
  billedUnits: number | null;
  quotedUnits: number | null;
  imageCount: number;
  prices: readonly PriceRow[];
  /** When the job was submitted: prices of that moment count. */
  atMs: number;
  idleTimeoutMs: number;
  /** Evidence: how long the worker had been idle before this job; null when not known. */
  workerIdleBeforeMs: number | null;
}

/** What an attempt cost, with the lines for the ledger. Pure: the same facts and prices always give the same lines. */
export function priceAttempt(attempt: PricedAttempt): AttemptCost {
  return attempt.provider === "scenario" ? priceByUnits(attempt) : priceBySeconds(attempt);
}

/** Nothing was used, so it is known to cost nothing even without a price. */
const FREE: AttemptCost = { lines: [], totalMicros: 0, basis: "billed_units" };

const KIND = { succeeded: "generation", failed: "failed", cancelled: "cancelled" } as const;

function priceByUnits(attempt: PricedAttempt): AttemptCost {
  const { outcome, billedUnits, quotedUnits } = attempt;
  const kind: CostKind = KIND[outcome];
  const byUnit = price(attempt, "creative_unit", attempt.model);
  if (outcome === "failed") {
    // Scenario gives the units of failed jobs back; one moderation case apart, which its billing then states.
    const units = billedUnits ?? 0;
    if (units === 0 && byUnit === null) return FREE;
    return costed([line(kind, units, byUnit, units === 0 ? "refunded" : null)], "billed_units");
  }
  if (billedUnits === 0 && byUnit === null) return FREE;
  if (billedUnits !== null) return costed([line(kind, billedUnits, byUnit, null)], "billed_units");
  if (quotedUnits !== null && byUnit !== null) {
    const note = outcome === "cancelled" ? "a job given up is still paid; its quote" : "quoted, not yet billed";
    return costed([line(kind, quotedUnits, byUnit, note)], "quote");
  }
  const byImage = price(attempt, "image", attempt.model);
  return costed([line(kind, attempt.imageCount, byImage, "list price of an image")], "per_image");
}

function priceBySeconds(attempt: PricedAttempt): AttemptCost {
  const { outcome, timing, verdict } = attempt;
  const bySecond = price(attempt, "gpu_second", attempt.gpuType);
  const kind: CostKind = outcome === "succeeded" ? "execution" : KIND[outcome];
  if (timing.executionMs === null) {
    // Ended while it waited: no worker took it, so nobody was paid for it.
    const neverRan = outcome !== "succeeded" && timing.delayMs === null;
    if (neverRan && bySecond === null) return { ...FREE, basis: "gpu_seconds" };
    return costed(neverRan ? [line(kind, 0, bySecond, "never ran")] : [null], "gpu_seconds");
  }
  const startUpMs = verdict?.class === "cold" ? (verdict.startUpMs ?? 0) : 0;
  const idleMs = idleShareMs(attempt);
  // RunPod rounds the whole up to the next second; the rounding is put on the execution.
  const billedMs = Math.ceil((startUpMs + timing.executionMs + idleMs) / 1000) * 1000;
  const lines = [line(kind, (billedMs - startUpMs - idleMs) / 1000, bySecond, null)];
  if (startUpMs > 0) lines.push(line("start_up", startUpMs / 1000, bySecond, "start of the worker"));
  if (idleMs > 0) lines.push(line("idle_tail", idleMs / 1000, bySecond, "estimate: paid idle time of the worker"));
  return costed(lines, "gpu_seconds");
}

/**
 * This job's share of the time in which its worker was paid for waiting. A worker's life is one start, its jobs, the
 * gaps between them and one idle time-out at the end: the end goes to the job that started it, a gap to the job that
 * ended the gap. So the shares add up to the bill, though each is an estimate.
 */
export function idleShareMs(attempt: Pick<PricedAttempt, "verdict" | "idleTimeoutMs" | "workerIdleBeforeMs">): number {
  const { idleTimeoutMs, workerIdleBeforeMs, verdict } = attempt;
  if (verdict?.class === "cold" || verdict?.class === "throttled") return idleTimeoutMs;
  if (verdict?.class === "queued") return 0;
  if (workerIdleBeforeMs !== null) return Math.round(Math.min(workerIdleBeforeMs, idleTimeoutMs));
  return Math.round(idleTimeoutMs / 2);
}

export interface BaselineQuery {
  operation: Operation;
  /** The control's model for the operation. */
  model: string;
  imageCount: number;
  prices: readonly PriceRow[];
  atMs: number;
}

/** What the same work costs at the control's price of an image at that time; null when there is none. */
export function baselineMicros({ operation, model, imageCount, prices, atMs }: BaselineQuery): Micros | null {
  const row = pickPrice(prices, { provider: "scenario", unit: "image", item: model, operation, atMs });
  return row === null ? null : costOf(imageCount, row.price);
}

export interface EstimateQuery {
  provider: ProviderId;
  operation: Operation;
  model: string;
  gpuType: string;
  imageCount: number;
  prices: readonly PriceRow[];
  atMs: number;
  idleTimeoutMs: number;
}

/** The plan's p99 of a cold generation, and a warm one's p95 for each picture after the first. */
const ESTIMATE_FIRST_MS = 120_000;
const ESTIMATE_FURTHER_MS = 6_000;

/**
 * Money to set aside before sending: the list price at Scenario, the time of a slow cold start at RunPod, so that
 * few attempts cost more than was reserved. Null when there is no price.
 */
export function estimateMicros(query: EstimateQuery): Micros | null {
  const isScenario = query.provider === "scenario";
  const row = isScenario ? price(query, "image", query.model) : price(query, "gpu_second", query.gpuType);
  if (row === null) return null;
  if (isScenario) return costOf(query.imageCount, row.price);
  const furtherMs = ESTIMATE_FURTHER_MS * Math.max(0, query.imageCount - 1);
  return costOf(Math.ceil((ESTIMATE_FIRST_MS + furtherMs + query.idleTimeoutMs) / 1000), row.price);
}

function price(
  query: Pick<EstimateQuery, "provider" | "operation" | "prices" | "atMs">,
  unit: PriceUnit,
  item: string,
): PriceRow | null {
  return pickPrice(query.prices, {
    provider: query.provider,
    unit,
    item,
    operation: query.operation,
    atMs: query.atMs,
  });
}

function line(kind: CostKind, units: number, row: PriceRow | null, note: string | null): CostLine | null {
  if (row === null) return null;
  const { price: unitPrice, unit, id } = row;
  return { kind, costMicros: costOf(units, unitPrice), units, unit, unitPrice, priceId: id, note };
}

/** One line without a price makes the whole unknown: a part would look like the sum. */
function costed(lines: (CostLine | null)[], basis: CostBasis): AttemptCost {
  const known = lines.filter((entry) => entry !== null);
  if (known.length < lines.length) return { lines: [], totalMicros: null, basis };
  return { lines: known, totalMicros: known.reduce((sum, entry) => sum + entry.costMicros, 0), basis };
}
