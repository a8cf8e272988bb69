import { and, eq, gte, lt, sql } from "drizzle-orm";
import type { Database, Transaction } from "@/db/client";
import { ledgerByHour, newestBilling } from "@/db/queries/billing";
import { costLines, fleetHours } from "@/db/schema";
import { explainHour, OWN_KINDS, OWN_NOTES } from "@/server/domain/costs/explain-hour";
import { type PriceRow, pickPrice } from "@/server/domain/pricing";
import { readPrices } from "@/server/prices/price-book";

const HOUR_MS = 3_600_000;
/** Jobs of an hour's end are settled by then. */
const SETTLED_AFTER_MS = 10 * 60_000;

export interface ReconcileSpan {
  /** The one that the endpoint's own lines are written to. */
  environment: string;
  /** All that send jobs to the endpoint, itself included. */
  environments: readonly string[];
  endpointId: string;
  gpuType: string;
  fromMs: number;
  toMs: number;
}

/**
 * Brings the environment's own lines of every full hour to what measures and the bill say, by lines that add the
 * difference: nothing is ever edited, and a second run adds nothing. Gives back how many lines it wrote.
 */
export async function reconcile(db: Database, span: ReconcileSpan, nowMs: number): Promise<number> {
  const fromMs = Math.floor(span.fromMs / HOUR_MS) * HOUR_MS;
  const toMs = Math.floor(Math.min(span.toMs, nowMs - SETTLED_AFTER_MS) / HOUR_MS) * HOUR_MS;
  if (toMs <= fromMs) return 0;
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`reconcile ${span.environment}`}))`);
    const lines = await missingLines(tx, { ...span, fromMs, toMs });
    for (let start = 0; start < lines.length; start += 500)
      await tx.insert(costLines).values(lines.slice(start, start + 500));
    return lines.length;
  });
}

async function missingLines(tx: Transaction, span: ReconcileSpan) {
  const { environment, endpointId, gpuType, fromMs, toMs } = span;
  const billed = new Map(
    (await newestBilling(tx, { environment, account: endpointId, fromMs, toMs })).map((row) => [row.hourMs, row]),
  );
  const ledger = await ledgerByHour(tx, span);
  const fleet = await fleetByHour(tx, span);
  const prices = await readPrices(tx);
  const lines: (typeof costLines.$inferInsert)[] = [];
  for (let hourMs = fromMs; hourMs < toMs; hourMs += HOUR_MS) {
    const query = {
      provider: "comfyui",
      unit: "gpu_second",
      item: gpuType,
      operation: "txt2img",
      atMs: hourMs,
    } as const;
    const row = pickPrice(prices, query);
    const known = ledger.get(hourMs);
    const wanted = explainHour({
      generationMicros: known?.generationMicros ?? 0,
      fleet: fleet.get(hourMs) ?? null,
      price: row?.price ?? null,
      billed: billed.get(hourMs) ?? null,
    });
    for (const kind of OWN_KINDS) {
      const before = known?.own[kind];
      const costMicros = wanted[kind] - (before ?? 0);
      if (costMicros === 0) continue;
      const isTime = kind === "start_up" || kind === "standing_worker";
      const measure = isTime && row !== null ? secondsOf(costMicros, row) : {};
      const note = before === undefined ? OWN_NOTES[kind] : `corrected: ${OWN_NOTES[kind]}`;
      lines.push({ environment, provider: "comfyui", kind, costMicros, ...measure, note, at: new Date(hourMs) });
    }
  }
  return lines;
}

/** Worker time behind a line: the seconds that come to it at the price. Below 0 where jobs were put too high. */
function secondsOf(costMicros: number, { id, price }: PriceRow) {
  if (price.micros === 0) return { priceId: id };
  const units = Math.round((costMicros * price.per * 1_000) / price.micros) / 1_000;
  return { units, unit: "gpu_second" as const, priceId: id };
}

async function fleetByHour(tx: Transaction, { environment, endpointId, fromMs, toMs }: ReconcileSpan) {
  const rows = await tx
    .select()
    .from(fleetHours)
    .where(
      and(
        eq(fleetHours.environment, environment),
        eq(fleetHours.endpointId, endpointId),
        gte(fleetHours.hourAt, new Date(fromMs)),
        lt(fleetHours.hourAt, new Date(toMs)),
      ),
    );
  return new Map(rows.map((row) => [row.hourAt.getTime(), row]));
}
