import type { DatabaseOrTransaction } from "@/db/client";
import { prices } from "@/db/schema";
import type { PriceRow } from "@/server/domain/pricing";

const REREAD_AFTER_MS = 30_000;

/** The price rows, read again every half minute: a changed price reaches every instance by itself. */
export interface PriceBook {
  /** Never waits: the rows as last read. */
  rows(): readonly PriceRow[];
  refresh(): Promise<void>;
}

export async function readPrices(db: DatabaseOrTransaction): Promise<PriceRow[]> {
  const rows = await db.select().from(prices);
  return rows.map((row) => ({
    id: row.id,
    provider: row.provider,
    unit: row.unit,
    item: row.item,
    operation: row.operation,
    price: { micros: row.priceMicros, per: row.per },
    effectiveFromMs: row.effectiveFrom.getTime(),
    effectiveToMs: row.effectiveTo?.getTime() ?? null,
  }));
}

export async function openPriceBook(
  db: DatabaseOrTransaction,
  options: { now: () => number; onError: (error: unknown) => void },
): Promise<PriceBook> {
  let rows = await readPrices(db);
  let readAtMs = options.now();
  let reading: Promise<void> | null = null;
  const refresh = () => {
    reading ??= readPrices(db)
      .then((fresh) => {
        rows = fresh;
        readAtMs = options.now();
      })
      .catch(options.onError)
      .finally(() => {
        reading = null;
      });
    return reading;
  };
  return {
    rows() {
      if (options.now() - readAtMs > REREAD_AFTER_MS) void refresh();
      return rows;
    },
    refresh,
  };
}
