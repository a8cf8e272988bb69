import { z } from "zod";
import { pricesWithUsage } from "@/db/queries/price-usage";
import { priceUnknownSince } from "@/server/costs/price-unknown";
import { parsePrice } from "@/server/domain/price-text";
import { DAY_MS } from "@/server/domain/time-zone";
import { OPERATIONS, PRICE_UNITS, SELLERS } from "@/server/domain/vocabulary";
import { setPrice } from "@/server/prices/set-price";
import { refused } from "@/server/reviews/check-week";
import { protectedProcedure, router } from "../init";
import { operatorOf } from "../operator-of";

/** How far back the use of a price is counted. */
const USAGE_DAYS = 31;
const text = z.string().max(1_000);

export const pricesRouter = router({
  /** `atMs`: the moment that "in force" is meant for. */
  list: protectedProcedure("read").query(async ({ ctx }) => {
    const atMs = Date.now();
    return { atMs, usageDays: USAGE_DAYS, prices: await pricesWithUsage(ctx.runtime.db, atMs - USAGE_DAYS * DAY_MS) };
  }),

  set: protectedProcedure("admin")
    .input(
      z.strictObject({
        provider: z.enum(SELLERS),
        unit: z.enum(PRICE_UNITS),
        item: text,
        operation: z.enum(OPERATIONS).nullable(),
        /** As it is written, such as `0.05` or `1.10/hour`: dollars through floating point would not be exact. */
        price: text,
        effectiveFromMs: z.number(),
        source: text,
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const price = parsePrice(input.price, input.unit);
      if ("rule" in price) throw refused("price", price.rule);
      const made = await setPrice(ctx.runtime.rollout, operatorOf(ctx), { ...input, price });
      const filled = await priceUnknownSince(ctx.runtime.rollout, input.effectiveFromMs, Date.now());
      return { ...made, pricedGenerations: filled.generations };
    }),
});
