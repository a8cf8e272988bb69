"use client";
import { formatCountFull } from "@/components/format";
import { Tag } from "@/components/ui/chip";
import { ProviderName } from "@/components/ui/provider-mark";
import { OPERATION_WORDS } from "@/components/words";
import { PRICE_UNIT_WORDS, priceText } from "@/server/domain/price-text";
import { SELLER_NAMES } from "@/server/domain/vocabulary";
import type { BookedPrice } from "./booked-price-type";

export function PriceRow({ price, usageDays, atMs }: { price: BookedPrice; usageDays: number; atMs: number }) {
  const { provider, item, unit, operation, effectiveFromMs, effectiveToMs, costLines } = price;
  const isComing = effectiveFromMs > atMs;
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1 border-t border-line py-3 first:border-t-0">
      <div className="min-w-0 flex-1 basis-72">
        <p className="m-0 flex flex-wrap items-center gap-x-2 gap-y-1">
          {provider === "r2" ? <span>{SELLER_NAMES.r2}</span> : <ProviderName provider={provider} />}
          <span className="font-medium text-ink-1 [overflow-wrap:anywhere]">
            {item === "*" ? `every ${PRICE_UNIT_WORDS[unit]} without a price of its own` : item}
          </span>
          {operation === null ? null : <Tag>{OPERATION_WORDS[operation]}</Tag>}
          {isComing ? <Tag>Not begun</Tag> : null}
        </p>
        <p className="m-0 mt-1 text-small text-ink-3 [overflow-wrap:anywhere]">
          {isComing ? "From" : "Since"} <Begin atMs={effectiveFromMs} />
          {effectiveToMs === null ? null : (
            <>
              {" "}
              until <Begin atMs={effectiveToMs} />
            </>
          )}{" "}
          · {price.source}
        </p>
      </div>
      <div className="text-right max-md:text-left">
        <p className="m-0 text-ink-1 tabular-nums">{priceText(price.price, unit)}</p>
        <p className="m-0 mt-1 text-small text-ink-3">
          {costLines === 0
            ? `not used in ${usageDays} days`
            : `used by ${formatCountFull(costLines)} cost ${costLines === 1 ? "line" : "lines"} in ${usageDays} days`}
        </p>
      </div>
    </li>
  );
}

/** Prices begin by UTC's calendar for everybody; the time of day is told only where it is not the first moment. */
function Begin({ atMs }: { atMs: number }) {
  const text = new Date(atMs).toISOString();
  return (
    <time dateTime={text} title={text}>
      {atMs % 86_400_000 === 0 ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`}
    </time>
  );
}
