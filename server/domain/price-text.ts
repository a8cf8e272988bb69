import type { UnitPrice } from "./money";
import type { PriceUnit, Seller } from "./vocabulary";

/** Who bills what. A price of another pair would never be picked. */
export const UNITS_OF: Record<Seller, readonly PriceUnit[]> = {
  scenario: ["image", "creative_unit"],
  comfyui: ["gpu_second", "gb_month"],
  r2: ["class_a_operation", "class_b_operation", "gb_month"],
};

export const PRICE_UNIT_WORDS: Record<PriceUnit, string> = {
  image: "image",
  creative_unit: "creative unit",
  gpu_second: "GPU second",
  gb_month: "GB and month",
  class_a_operation: "class A operation",
  class_b_operation: "class B operation",
};

const OPERATIONS_PER = { operation: 1, thousand: 1_000, million: 1_000_000 };

/** What a price may be written for, beside one unit: hours of seconds, thousands of pieces. */
const PER: Record<PriceUnit, Record<string, number>> = {
  image: { image: 1, thousand: 1_000 },
  creative_unit: { unit: 1, thousand: 1_000 },
  gpu_second: { second: 1, hour: 3_600 },
  gb_month: { month: 1, year: 12 },
  class_a_operation: OPERATIONS_PER,
  class_b_operation: OPERATIONS_PER,
};

/** A dollar is a million micros, so six decimals at most; a finer price is written for more units. */
const DECIMALS = 6;
const DOLLARS_MAX = 1_000_000;

/**
 * `0.05`, `$1.10/hour` as an exact price, or what is wrong with it, fit to follow the field's name. Never through
 * floating point: 1.1 dollars are 1,100,000 micros, for 3600 seconds where it is for an hour.
 */
export function parsePrice(text: string, unit: PriceUnit): UnitPrice | { rule: string } {
  const words = Object.keys(PER[unit]);
  const match = /^(-?)\$?(\d{1,9})(?:\.(\d+))?(?:\s*(?:\/|per)\s*([a-z]+))?$/i.exec(text.trim());
  if (!match) return { rule: `must be dollars such as 0.05 or 1.10/${words.at(-1)}, not "${text}"` };
  const [, minus, whole = "", decimals = "", word = words[0] ?? ""] = match;
  const per = PER[unit][word.toLowerCase()];
  if (per === undefined) return { rule: `must be per ${words.join(" or ")}, not per ${word}` };
  const fraction = decimals.replace(/0+$/, "");
  if (minus && (Number(whole) > 0 || fraction)) return { rule: "must not be negative" };
  if (fraction.length > DECIMALS) {
    const longer = words.length > 1 && word !== words.at(-1) ? `: give it per ${words.at(-1)}` : "";
    return { rule: `must not have fractions of a millionth of a dollar${longer}` };
  }
  const micros = Number(whole) * 1_000_000 + Number(fraction.padEnd(DECIMALS, "0"));
  return micros > DOLLARS_MAX * 1_000_000 ? { rule: "must be at most a million dollars" } : { micros, per };
}

/** `$1.10 per hour`, with every digit that the price has. */
export function priceText({ micros, per }: UnitPrice, unit: PriceUnit): string {
  const digits = String(micros).padStart(DECIMALS + 1, "0");
  const cut = digits.length - DECIMALS;
  const decimals = digits.slice(cut).replace(/0+$/, "").padEnd(2, "0");
  const word = Object.entries(PER[unit]).find(([, count]) => count === per)?.[0];
  const what = word === undefined ? undefined : spelled(word, unit);
  return `$${digits.slice(0, cut)}.${decimals} per ${what ?? `${per} ${PRICE_UNIT_WORDS[unit]}s`}`;
}

function spelled(word: string, unit: PriceUnit): string {
  if (unit === "gb_month") return `GB and ${word}`;
  const isOperation = unit === "class_a_operation" || unit === "class_b_operation";
  if (!isOperation) return word;
  return word === "operation" ? PRICE_UNIT_WORDS[unit] : `${word} ${PRICE_UNIT_WORDS[unit]}s`;
}
