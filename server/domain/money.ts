/**
 * Money is integer micro-USD (millionths of a dollar) in `number`: 2^53 micros are nine billion dollars, and sums
 * stay exact where floating dollars would not.
 */
export type Micros = number;

/** A price: `micros` per `per` units. Hour prices stay exact this way: 1.10 $/h is 1,100,000 micros per 3600 s. */
export interface UnitPrice {
  micros: number;
  per: number;
}

/**
 * What `units` cost at `price`, rounded half away from zero to a whole micro, once. Units may have up to three
 * decimals (10.75 CU). Throws RangeError on a negative or non-finite input: a refund is its own line, not a
 * negative quantity.
 */
export function costOf(units: number, price: UnitPrice): Micros {
  if (!Number.isFinite(units) || units < 0) throw new RangeError(`units must be a number from 0 up, not ${units}`);
  if (!Number.isInteger(price.micros) || price.micros < 0)
    throw new RangeError(`micros must be a whole number from 0 up, not ${price.micros}`);
  if (!Number.isInteger(price.per) || price.per <= 0)
    throw new RangeError(`per must be a whole number above 0, not ${price.per}`);
  // BigInt thousandths: units × micros can pass 2^53 and a double would round twice.
  const thousandths = BigInt(Math.round(units * 1000)) * BigInt(price.micros);
  const divisor = 1000n * BigInt(price.per);
  return Number((2n * thousandths + divisor) / (2n * divisor));
}

/** Dollars for people: 4 decimals below $0.01, 3 below $1, 2 above, none from $10,000 (ux.md §4). */
export function formatMicros(micros: Micros): string {
  const dollars = Math.abs(micros) / 1_000_000;
  const digits = dollars === 0 ? 2 : dollars < 0.01 ? 4 : dollars < 1 ? 3 : dollars < 10_000 ? 2 : 0;
  const sign = micros < 0 ? "−" : "";
  return `${sign}$${dollars.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** Totals for people: always with cents, from $10,000 without (ux.md §4). The same micros read the same everywhere. */
export function formatTotalMicros(micros: Micros): string {
  const dollars = Math.abs(micros) / 1_000_000;
  const digits = dollars < 10_000 ? 2 : 0;
  const text = dollars.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${micros < 0 && Number(text.replaceAll(",", "")) !== 0 ? "−" : ""}$${text}`;
}

/** Dollars for machines: exact, `12.345678`. */
export function dollarsOf(micros: Micros): string {
  const digits = String(Math.abs(micros)).padStart(7, "0");
  return `${micros < 0 ? "-" : ""}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}
