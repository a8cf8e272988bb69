import type { Transaction } from "@/db/client";
import { BUCKET_UNITS, bookedBucketUnitsOf, bucketOwnersByDay, bucketUsageByDay } from "@/db/queries/bucket-usage";
import type { StorageFacts } from "@/server/domain/costs/bucket-cost";
import { PRICE_UNIT_WORDS } from "@/server/domain/price-text";
import { DAY_MS } from "@/server/domain/time-zone";
import { CANDIDATE, type ProviderId } from "@/server/domain/vocabulary";
import { readPrices } from "@/server/prices/price-book";
import { bucketPrice, quantityOf } from "./book-storage";

interface Query {
  environment: string;
  fromMs: number;
  toMs: number;
}

/** A day's storage that cannot be booked, for want of a price. */
export interface UnpricedStorage {
  atMs: number;
  provider: ProviderId;
  what: string;
}

/** What of storage is in the environment's ledger, and what cannot be. */
export async function readStorage(
  tx: Transaction,
  { environment, fromMs, toMs }: Query,
): Promise<{ booked: Omit<StorageFacts, "place">; unpriced: UnpricedStorage[] }> {
  const booked = await bookedBucketUnitsOf(tx, { environment, fromMs, toMs });
  // Booked at noon: days whose noon is in the span are the span's.
  const noon = { fromMs: fromMs - DAY_MS / 2, toMs: toMs - DAY_MS / 2 };
  const usage = await bucketUsageByDay(tx, noon);
  if (usage.length === 0) return { booked, unpriced: [] };
  const prices = await readPrices(tx);
  const owners = await bucketOwnersByDay(tx, noon);
  const unpriced = usage.flatMap((day) => {
    const own = owners.get(day.dayMs);
    const whose = own?.find((owner) => owner.environment === environment);
    if (own !== undefined && whose === undefined) return [];
    const provider = whose?.provider ?? CANDIDATE;
    return BUCKET_UNITS.flatMap((unit): UnpricedStorage[] =>
      quantityOf(day, unit) === 0 || bucketPrice(prices, unit, day.dayMs) !== null
        ? []
        : [{ atMs: day.dayMs + DAY_MS / 2, provider, what: `price of an R2 ${PRICE_UNIT_WORDS[unit]}` }],
    );
  });
  return { booked, unpriced };
}
