import { and, desc, eq, isNull, sql } from "drizzle-orm";
import type { Database, Transaction } from "@/db/client";
import { lastSignedWeek } from "@/db/queries/signed-weeks";
import { prices } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import { requireScope } from "@/server/auth/access";
import { newId } from "@/server/domain/ids";
import type { UnitPrice } from "@/server/domain/money";
import { PRICE_UNIT_WORDS, priceText, UNITS_OF } from "@/server/domain/price-text";
import { type Operation, type PriceUnit, SELLER_NAMES, type Seller } from "@/server/domain/vocabulary";
import { AppError, type FieldProblem } from "@/server/errors";
import type { Operator } from "@/server/rollout/types";

export interface SetPriceInput {
  provider: Seller;
  unit: PriceUnit;
  /** Model or GPU type in the provider's naming; `*` for all that have no price of their own. */
  item: string;
  operation: Operation | null;
  price: UnitPrice;
  effectiveFromMs: number;
  /** Where the price was read: an invoice, a page, a contract. */
  source: string;
}

export interface SetPrice {
  id: string;
  /** The price that it follows, which now ends where this one begins. */
  endedId: string | null;
}

const TEXT_MAX = 200;
const MICROS_MAX = 1_000_000_000_000;

/**
 * Adds a price from a moment on; the one before it ends there. Prices are only ever added after the last one of their
 * kind and after the last signed week, so what a reviewed week was computed from stays what it was. Costs are stored
 * with the generations: a new price changes none of them.
 */
export async function setPrice(deps: { db: Database }, operator: Operator, input: SetPriceInput): Promise<SetPrice> {
  requireScope(operator.principal, "admin");
  const price = { ...input, item: input.item.trim(), source: input.source.trim() };
  refuse(problemsOf(price));
  return deps.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('price book'))`);
    const signed = await lastSignedWeek(tx);
    if (signed !== null && price.effectiveFromMs < signed.toMs)
      refuse([
        {
          field: "effectiveFrom",
          rule: `must not be before ${new Date(signed.toMs).toISOString()}: week ${signed.week} of ${signed.environment} is signed`,
        },
      ]);
    return addPrice(tx, operator, price);
  });
}

function problemsOf({ provider, unit, item, price, effectiveFromMs, source }: SetPriceInput): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const check = (field: string, fits: boolean, rule: string) => {
    if (!fits) problems.push({ field, rule });
  };
  const units = UNITS_OF[provider].map((word) => `"${word}"`).join(" or ");
  check("unit", UNITS_OF[provider].includes(unit), `must be ${units}: that is what ${SELLER_NAMES[provider]} bills`);
  check("item", item.length >= 1 && item.length <= TEXT_MAX, `must have 1 to ${TEXT_MAX} characters, * for all`);
  check("source", source.length >= 3 && source.length <= TEXT_MAX, "must say in 3 to 200 characters where it was read");
  check("price", price.micros >= 0, "must not be negative");
  check("price", Number.isInteger(price.micros), "must not have fractions of a millionth of a dollar");
  check("price", price.micros <= MICROS_MAX, "must be at most a million dollars");
  check("per", Number.isInteger(price.per) && price.per >= 1, "must be a whole number from 1 up");
  check("effectiveFrom", !Number.isNaN(new Date(effectiveFromMs).getTime()), "must be a date");
  return problems;
}

function refuse(problems: FieldProblem[]): void {
  const [first] = problems;
  if (first) throw new AppError("BAD_REQUEST", `${first.field} ${first.rule}`, { problems });
}

async function addPrice(tx: Transaction, operator: Operator, input: SetPriceInput): Promise<SetPrice> {
  const { provider, unit, item, operation, price, source } = input;
  const effectiveFrom = new Date(input.effectiveFromMs);
  const [last] = await tx
    .select()
    .from(prices)
    .where(
      and(
        eq(prices.provider, provider),
        eq(prices.unit, unit),
        eq(prices.item, item),
        operation === null ? isNull(prices.operation) : eq(prices.operation, operation),
      ),
    )
    .orderBy(desc(prices.effectiveFrom))
    .limit(1);
  if (last && last.effectiveFrom >= effectiveFrom)
    refuse([
      {
        field: "effectiveFrom",
        rule: `must be after ${last.effectiveFrom.toISOString()}, where the last price of this kind begins: they would overlap`,
      },
    ]);
  const endsLast = last && (last.effectiveTo === null || last.effectiveTo > effectiveFrom);
  if (endsLast) await tx.update(prices).set({ effectiveTo: effectiveFrom }).where(eq(prices.id, last.id));
  const id = newId();
  const row = { id, provider, unit, item, operation, priceMicros: price.micros, per: price.per, effectiveFrom, source };
  await tx.insert(prices).values(row);
  await recordAudit(tx, {
    action: "price.set",
    actor: operator.principal.name,
    via: operator.via,
    target: `${SELLER_NAMES[provider]}, ${PRICE_UNIT_WORDS[unit]}, ${item}${operation ? `, ${operation}` : ""}`,
    before: last && {
      price: priceText({ micros: last.priceMicros, per: last.per }, unit),
      effectiveFrom: last.effectiveFrom,
    },
    after: { price: priceText(price, unit), effectiveFrom, source },
    requestId: operator.requestId,
  });
  return { id, endedId: endsLast ? last.id : null };
}
