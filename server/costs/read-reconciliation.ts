import type { DatabaseOrTransaction } from "@/db/client";
import { ledgerByHour, newestBilling } from "@/db/queries/billing";
import type { Micros } from "@/server/domain/money";

const HOUR_MS = 3_600_000;
/** The share of the bill that must be explained, and by how much more than it may be. */
export const CAPTURE_MIN = 0.98;
export const CAPTURE_MAX = 1.02;

export interface ReconciledHour {
  hourMs: number;
  /** Null: not told yet. */
  billedMicros: Micros | null;
  explainedMicros: Micros;
  /** It was billed otherwise before. */
  isCorrected: boolean;
}

export interface Reconciliation {
  environment: string;
  fromMs: number;
  toMs: number;
  hours: ReconciledHour[];
  billedHours: number;
  /** The rest is of the hours that have a bill. */
  billedMicros: Micros;
  explainedMicros: Micros;
  unexplainedMicros: Micros;
  corrections: number;
  /** Explained ÷ billed; null without a bill. */
  captureRate: number | null;
  isWithin: boolean | null;
}

/** What RunPod billed beside what Switchyard explains of it, by the hour. */
export async function readReconciliation(
  db: DatabaseOrTransaction,
  query: { environment: string; environments: readonly string[]; fromMs: number; toMs: number },
): Promise<Reconciliation> {
  const fromMs = Math.floor(query.fromMs / HOUR_MS) * HOUR_MS;
  const span = { ...query, fromMs };
  const billed = new Map((await newestBilling(db, { ...span, account: null })).map((row) => [row.hourMs, row]));
  const ledger = await ledgerByHour(db, span);
  const hours: ReconciledHour[] = [];
  for (let hourMs = fromMs; hourMs < query.toMs; hourMs += HOUR_MS) {
    const bill = billed.get(hourMs);
    const known = ledger.get(hourMs);
    const { unexplained: _unexplained, ...own } = known?.own ?? {};
    const explainedMicros = Object.values(own).reduce((sum, micros) => sum + micros, known?.generationMicros ?? 0);
    if (bill === undefined && explainedMicros === 0) continue;
    const isCorrected = (bill?.version ?? 1) > 1;
    hours.push({ hourMs, billedMicros: bill?.totalMicros ?? null, explainedMicros, isCorrected });
  }
  const withBill = hours.filter((hour) => hour.billedMicros !== null);
  const billedMicros = withBill.reduce((sum, hour) => sum + (hour.billedMicros ?? 0), 0);
  const explainedMicros = withBill.reduce((sum, hour) => sum + hour.explainedMicros, 0);
  const captureRate = billedMicros > 0 ? explainedMicros / billedMicros : null;
  return {
    environment: query.environment,
    fromMs,
    toMs: query.toMs,
    hours,
    billedHours: withBill.length,
    billedMicros,
    explainedMicros,
    unexplainedMicros: billedMicros - explainedMicros,
    corrections: withBill.filter((hour) => hour.isCorrected).length,
    captureRate,
    isWithin: captureRate === null ? null : captureRate >= CAPTURE_MIN && captureRate <= CAPTURE_MAX,
  };
}
