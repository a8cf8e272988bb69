import { asc, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { prices } from "@/db/schema";
import type { UnitPrice } from "@/server/domain/money";
import type { Operation, PriceUnit, Seller } from "@/server/domain/vocabulary";

export interface BookedPriceView {
  id: string;
  provider: Seller;
  unit: PriceUnit;
  item: string;
  operation: Operation | null;
  price: UnitPrice;
  effectiveFromMs: number;
  /** Exclusive; null: until another follows. */
  effectiveToMs: number | null;
  source: string;
  /** Lines of the ledger since `sinceMs` that were computed from it. */
  costLines: number;
}

/** The whole price book, by what is priced and then the newest first. */
export async function pricesWithUsage(db: DatabaseOrTransaction, sinceMs: number): Promise<BookedPriceView[]> {
  // Over a span of the ledger: to count every line that there ever was would read the largest table whole.
  const used = await db.execute<{ id: string; n: string }>(
    sql`select price_id as id, count(*) as n from cost_lines where at >= ${new Date(sinceMs)} and price_id is not null group by 1`,
  );
  const counts = new Map(used.rows.map(({ id, n }) => [id, Number(n)]));
  const rows = await db
    .select()
    .from(prices)
    .orderBy(
      asc(prices.provider),
      asc(prices.unit),
      asc(prices.item),
      asc(prices.operation),
      sql`${prices.effectiveFrom} desc`,
    );
  return rows.map((row) => ({
    id: row.id,
    provider: row.provider,
    unit: row.unit,
    item: row.item,
    operation: row.operation,
    price: { micros: row.priceMicros, per: row.per },
    effectiveFromMs: row.effectiveFrom.getTime(),
    effectiveToMs: row.effectiveTo?.getTime() ?? null,
    source: row.source,
    costLines: counts.get(row.id) ?? 0,
  }));
}
