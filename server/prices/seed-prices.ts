import { createHash } from "node:crypto";
import type { Database } from "@/db/client";
import { prices } from "@/db/schema";
import { DEFAULT_PRICES, type DefaultPrice } from "@/server/domain/pricing-defaults";

/** The same default row has the same id everywhere, so that seeding twice, or by two instances, adds nothing. */
function idOf(price: DefaultPrice): string {
  const name = [
    price.provider,
    price.unit,
    price.item,
    price.operation ?? "",
    price.effectiveFromMs,
    price.price.micros,
    price.price.per,
  ];
  const hex = createHash("sha256")
    .update(`switchyard price ${name.join("|")}`)
    .digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  // A name-based UUID (RFC 9562 version 8): the digest's bits with version and variant set.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Puts the default prices into the book where they are missing; never touches a row that is there. */
export async function seedPrices(db: Database): Promise<void> {
  await db
    .insert(prices)
    .values(
      DEFAULT_PRICES.map((price) => ({
        id: idOf(price),
        provider: price.provider,
        unit: price.unit,
        item: price.item,
        operation: price.operation,
        priceMicros: price.price.micros,
        per: price.price.per,
        effectiveFrom: new Date(price.effectiveFromMs),
        effectiveTo: price.effectiveToMs === null ? null : new Date(price.effectiveToMs),
        source: price.source,
      })),
    )
    .onConflictDoNothing();
}
