import { sql } from "drizzle-orm";
import type { Database, Transaction } from "@/db/client";
import {
  BUCKET_UNITS,
  type BucketDay,
  type BucketOwner,
  type BucketUnit,
  bookedBucketUnits,
  bucketOwnersByDay,
  bucketUsageByDay,
  storedByDay,
} from "@/db/queries/bucket-usage";
import { costLines } from "@/db/schema";
import { costOfDay, gbMonthsOfDay } from "@/server/domain/costs/bucket-cost";
import { splitAmount } from "@/server/domain/costs/split-amount";
import { costOf, type UnitPrice } from "@/server/domain/money";
import { type PriceRow, pickPrice } from "@/server/domain/pricing";
import { DAY_MS } from "@/server/domain/time-zone";
import { CANDIDATE } from "@/server/domain/vocabulary";
import { readPrices } from "@/server/prices/price-book";

/** Counts of a day's end are written by then. */
const COUNTED_AFTER_MS = 10 * 60_000;

const NOTES: Record<BucketUnit, string> = {
  class_a_operation: "R2: writes and lists of the day, counted at this end, shared by pictures stored",
  class_b_operation: "R2: reads of the day, counted at this end, shared by pictures stored",
  gb_month: "R2: the most that lay there on the day, by the stored pictures' rows; a thirtieth of a month",
};

export interface StorageSpan {
  fromMs: number;
  toMs: number;
  /** Whose it is where no picture says: of the first environment. */
  keeper: string;
}

/**
 * Books what R2 bills for every UTC day that is over: by lines for the difference to what is booked, so a second run, or
 * another instance's, adds nothing. A day without a price waits for one. Gives back how many lines it wrote.
 */
export async function bookStorage(db: Database, span: StorageSpan, nowMs: number): Promise<number> {
  const fromMs = Math.floor(span.fromMs / DAY_MS) * DAY_MS;
  const toMs = Math.floor(Math.min(span.toMs, nowMs - COUNTED_AFTER_MS) / DAY_MS) * DAY_MS;
  if (toMs <= fromMs) return 0;
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('book storage'))`);
    const lines = await missingLines(tx, { ...span, fromMs, toMs });
    if (lines.length > 0) await tx.insert(costLines).values(lines);
    return lines.length;
  });
}

type Line = typeof costLines.$inferInsert;

async function missingLines(tx: Transaction, span: StorageSpan): Promise<Line[]> {
  const usage = await bucketUsageByDay(tx, span);
  if (usage.length === 0) return [];
  const booked = await bookedBucketUnits(tx, span);
  const owners = await bucketOwnersByDay(tx, span);
  const prices = await readPrices(tx);
  const missing = usage.flatMap((day) => BUCKET_UNITS.flatMap((unit) => missingOf(day, unit, prices, booked) ?? []));
  const days = missing.map(({ day }) => day.dayMs);
  if (days.length === 0) return [];
  // Of these days alone: it reads what was stored on them.
  const stored = await storedByDay(tx, { fromMs: Math.min(...days), toMs: Math.max(...days) + DAY_MS });
  const keeper: BucketOwner[] = [{ environment: span.keeper, provider: CANDIDATE, sizeBytes: 1 }];
  return missing.flatMap((amount) => {
    const lying = owners.get(amount.day.dayMs) ?? keeper;
    return linesOf(amount, amount.unit === "gb_month" ? lying : (stored.get(amount.day.dayMs) ?? lying));
  });
}

interface Missing {
  day: BucketDay;
  unit: BucketUnit;
  price: PriceRow;
  micros: number;
  units: number;
  isCorrection: boolean;
}

/** Null: nothing is missing, or there is no price. */
function missingOf(
  day: BucketDay,
  unit: BucketUnit,
  prices: readonly PriceRow[],
  booked: Awaited<ReturnType<typeof bookedBucketUnits>>,
): Missing | null {
  const price = bucketPrice(prices, unit, day.dayMs);
  if (price === null) return null;
  const before = booked.get(day.dayMs)?.get(unit);
  const micros = costOfUnit(day, unit, price.price) - (before?.micros ?? 0);
  const units = quantityOf(day, unit) - (before?.units ?? 0);
  // Parts of a month are sums of fractions: what differs by less than a micro is the same.
  if (micros === 0 && (units === 0 || unit === "gb_month")) return null;
  return { day, unit, price, micros, units, isCorrection: before !== undefined };
}

function linesOf(amount: Missing, among: readonly BucketOwner[]): Line[] {
  const { unit, day } = amount;
  const weights = among.map(({ sizeBytes }) => sizeBytes);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const micros = splitAmount(amount.micros, weights);
  const counts = unit === "gb_month" ? null : splitAmount(amount.units, weights);
  return among.flatMap(({ environment, provider, sizeBytes }, index) => {
    const costMicros = micros[index] ?? 0;
    const units = counts === null ? (amount.units * sizeBytes) / (sum || 1) : (counts[index] ?? 0);
    if (costMicros === 0 && units === 0) return [];
    const note = amount.isCorrection ? `corrected: ${NOTES[unit]}` : NOTES[unit];
    // At noon, so that it is of the same date in nearly every zone.
    const at = new Date(day.dayMs + DAY_MS / 2);
    return [
      { environment, provider, kind: "storage" as const, costMicros, units, unit, priceId: amount.price.id, note, at },
    ];
  });
}

export function bucketPrice(prices: readonly PriceRow[], unit: BucketUnit, atMs: number): PriceRow | null {
  return pickPrice(prices, { provider: "r2", unit, item: "standard", operation: null, atMs });
}

export function quantityOf(day: BucketDay, unit: BucketUnit): number {
  if (unit === "gb_month") return gbMonthsOfDay(day.sizeBytes);
  return unit === "class_a_operation" ? day.classA : day.classB;
}

export function costOfUnit(day: BucketDay, unit: BucketUnit, price: UnitPrice): number {
  return unit === "gb_month" ? costOfDay(day.sizeBytes, price) : costOf(quantityOf(day, unit), price);
}
