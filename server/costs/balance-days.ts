import { sql } from "drizzle-orm";
import type { Transaction } from "@/db/client";
import { ledgerByHour, newestBilling } from "@/db/queries/billing";
import { BUCKET_UNITS, bookedBucketUnits, bucketUsageByDay, isOfBucket } from "@/db/queries/bucket-usage";
import type { Micros } from "@/server/domain/money";
import { DAY_MS } from "@/server/domain/time-zone";
import { CANDIDATE, type ProviderId, type Seller } from "@/server/domain/vocabulary";
import { readPrices } from "@/server/prices/price-book";
import { bucketPrice, costOfUnit } from "./book-storage";

/** One UTC day of one seller: what the ledger's lines come to, and what is owed by other records than those. */
export interface LedgerDay {
  /** Such as `2026-11-16`. */
  day: string;
  seller: Seller;
  debitMicros: Micros;
  creditMicros: Micros;
}

interface Query {
  environment: string;
  /** All on the endpoint: its bill is one. */
  environments: readonly string[];
  nowMs: number;
}

/**
 * Debits and credits by seller and day, from different rows: debits are the lines; credits are what attempts say that they
 * cost, RunPod's bill of each hour that is told, and what was asked of the bucket at that day's price. Hours without a
 * bill, and days that are not booked yet, are owed as they stand.
 */
export async function balanceDays(tx: Transaction, query: Query): Promise<LedgerDay[]> {
  const days = new Map<string, LedgerDay>();
  const add = (dayMs: number, seller: Seller, side: "debitMicros" | "creditMicros", micros: Micros) => {
    const day = new Date(dayMs).toISOString().slice(0, 10);
    const entry = days.get(`${day} ${seller}`) ?? { day, seller, debitMicros: 0, creditMicros: 0 };
    entry[side] += micros;
    days.set(`${day} ${seller}`, entry);
  };
  for (const { dayMs, provider, lines, stored } of await jobsByDay(tx, query.environment)) {
    add(dayMs, provider, "debitMicros", lines);
    add(dayMs, provider, "creditMicros", stored);
  }
  for (const { hourMs, lines, owed } of await ownByHour(tx, query)) {
    add(hourMs, CANDIDATE, "debitMicros", lines);
    add(hourMs, CANDIDATE, "creditMicros", owed);
  }
  for (const { dayMs, lines, owed } of await bucketByDay(tx, query)) {
    add(dayMs, "r2", "debitMicros", lines);
    add(dayMs, "r2", "creditMicros", owed);
  }
  return [...days.values()].sort((one, other) =>
    `${one.day} ${one.seller}`.localeCompare(`${other.day} ${other.seller}`),
  );
}

/** Of attempts, by the day they ended: their lines, and what they say that they cost. */
async function jobsByDay(tx: Transaction, environment: string) {
  const { rows } = await tx.execute<{ dayMs: number; provider: ProviderId; lines: string; stored: string }>(
    sql`select (extract(epoch from date_trunc('day', coalesce(a.finished_at, a.created_at), 'UTC')) * 1000)::float8 as "dayMs", a.provider,
        coalesce(sum(l.micros), 0) as lines, coalesce(sum(a.cost_micros), 0) as stored
      from attempts a left join (select attempt_id, sum(cost_micros) as micros from cost_lines
        where environment = ${environment} and attempt_id is not null group by 1) l on l.attempt_id = a.id
      where a.environment = ${environment} and (a.cost_micros is not null or l.micros is not null) group by 1, 2`,
  );
  return rows.map((row) => ({ ...row, lines: Number(row.lines), stored: Number(row.stored) }));
}

/** The endpoint's own lines by the hour; owed is what of the hour's bill its jobs leave. */
async function ownByHour(tx: Transaction, { environment, environments, nowMs }: Query) {
  const span = { fromMs: 0, toMs: nowMs + DAY_MS };
  const billed = new Map(
    (await newestBilling(tx, { environment, account: null, ...span })).map((row) => [row.hourMs, row.totalMicros]),
  );
  const own = await ledgerByHour(tx, { environments: [environment], ...span });
  const all = billed.size === 0 ? own : await ledgerByHour(tx, { environments, ...span });
  return [...new Set([...own.keys(), ...billed.keys()])].map((hourMs) => {
    const lines = Object.values(own.get(hourMs)?.own ?? {}).reduce((sum, micros) => sum + micros, 0);
    const bill = billed.get(hourMs);
    return { hourMs, lines, owed: bill === undefined ? lines : bill - (all.get(hourMs)?.generationMicros ?? 0) };
  });
}

/** The environment's part of what R2 bills; what the whole installation's days lack is owed as well. */
async function bucketByDay(tx: Transaction, { environment, nowMs }: Query) {
  const span = { fromMs: 0, toMs: nowMs };
  const { rows } = await tx.execute<{ dayMs: number; micros: string }>(
    sql`select (extract(epoch from date_trunc('day', l.at, 'UTC')) * 1000)::float8 as "dayMs", sum(l.cost_micros) as micros from cost_lines l
      where l.environment = ${environment} and l.generation_id is null and ${isOfBucket(sql`l`)} group by 1`,
  );
  const own = new Map(rows.map(({ dayMs, micros }) => [dayMs, Number(micros)]));
  const usage = await bucketUsageByDay(tx, span);
  const booked = await bookedBucketUnits(tx, span);
  const prices = await readPrices(tx);
  const lacking = new Map<number, number>();
  for (const day of usage)
    for (const unit of BUCKET_UNITS) {
      const price = bucketPrice(prices, unit, day.dayMs);
      const found = booked.get(day.dayMs)?.get(unit);
      if (price === null || found === undefined) continue;
      const lacks = costOfUnit(day, unit, price.price) - found.micros;
      if (lacks !== 0) lacking.set(day.dayMs, (lacking.get(day.dayMs) ?? 0) + lacks);
    }
  return [...new Set([...own.keys(), ...lacking.keys()])].map((dayMs) => {
    const lines = own.get(dayMs) ?? 0;
    return { dayMs, lines, owed: lines + (lacking.get(dayMs) ?? 0) };
  });
}
