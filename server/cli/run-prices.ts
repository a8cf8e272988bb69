import { type BookedPriceView, pricesWithUsage } from "@/db/queries/price-usage";
import { priceUnknownSince } from "@/server/costs/price-unknown";
import { PRICE_UNIT_WORDS, priceText } from "@/server/domain/price-text";
import { DAY_MS } from "@/server/domain/time-zone";
import { SELLER_NAMES, type Seller } from "@/server/domain/vocabulary";
import { requireManagement } from "@/server/endpoint/types";
import { type ImportedPrice, importPrices } from "@/server/prices/import-prices";
import { type SetPriceInput, setPrice } from "@/server/prices/set-price";
import { instant, NOTHING, table } from "./format";
import { withRollout } from "./open-rollout";
import type { ImportOptions, ListOptions } from "./prices";
import type { Tools } from "./tools";

const USAGE_DAYS = 31;
const CATALOGUE_TIMEOUT_MS = 30_000;

export function listPrices({ terminal }: Tools, options: ListOptions, provider: Seller | null): Promise<void> {
  return withRollout(
    undefined,
    (line) => terminal.say(line),
    async ({ deps, startedAtMs }) => {
      const book = await pricesWithUsage(deps.db, startedAtMs - USAGE_DAYS * DAY_MS);
      const shown = book.filter(
        (row) =>
          (provider === null || row.provider === provider) &&
          (options.all || (row.effectiveFromMs <= startedAtMs && startedAtMs < (row.effectiveToMs ?? Infinity))),
      );
      if (options.json) return terminal.data(JSON.stringify(shown, null, 2));
      for (const line of priceLines(shown)) terminal.data(line);
      terminal.say(`used: cost lines of the last ${USAGE_DAYS} days that were computed from it`);
    },
  );
}

function priceLines(rows: BookedPriceView[]): string[] {
  return table(
    ["provider", "item", "price", "for", "from", "until", "used", "source"],
    rows.map((row) => [
      SELLER_NAMES[row.provider],
      row.item,
      priceText(row.price, row.unit),
      row.operation ?? (row.unit === "image" ? "any operation" : PRICE_UNIT_WORDS[row.unit]),
      instant(row.effectiveFromMs),
      row.effectiveToMs === null ? NOTHING : instant(row.effectiveToMs),
      String(row.costLines),
      row.source,
    ]),
    new Set(["used"]),
  );
}

export function setOnePrice({ terminal }: Tools, options: { json?: boolean }, input: SetPriceInput): Promise<void> {
  return withRollout(
    undefined,
    (line) => terminal.say(line),
    async ({ deps, operator, startedAtMs }) => {
      const made = await setPrice(deps, operator, input);
      const filled = await priceUnknownSince(deps, input.effectiveFromMs, startedAtMs);
      const pricedGenerations = filled.generations;
      if (options.json) return terminal.data(JSON.stringify({ ...input, ...made, pricedGenerations }, null, 2));
      const { provider, item, price, unit, effectiveFromMs } = input;
      const of = `${SELLER_NAMES[provider]} ${item}`;
      terminal.data(`${of}: ${priceText(price, unit)} from ${instant(effectiveFromMs)}`);
      terminal.say(made.endedId === null ? "it is the first price of its kind" : "the price before it ends there");
      if (pricedGenerations > 0)
        terminal.say(`${pricedGenerations} generations of unknown cost or baseline are priced now`);
    },
  );
}

export function importFromCatalogue({ terminal }: Tools, options: ImportOptions): Promise<void> {
  return withRollout(
    options.environment,
    (line) => terminal.say(line),
    async ({ deps, environment, operator, startedAtMs, openEndpoint }) => {
      const management = requireManagement(await openEndpoint(), environment);
      const changes = await importPrices({ db: deps.db, management }, operator, {
        nowMs: startedAtMs,
        isDryRun: options.dryRun === true,
        keepsEntered: false,
        signal: AbortSignal.timeout(CATALOGUE_TIMEOUT_MS),
      });
      if (options.json) return terminal.data(JSON.stringify(changes, null, 2));
      for (const line of importLines(changes)) terminal.data(line);
      if (changes.length === 0) terminal.say("the price book agrees with RunPod's catalogue");
      else if (options.dryRun) terminal.say("nothing is changed: a dry run");
    },
  );
}

function importLines(changes: ImportedPrice[]): string[] {
  return changes.map(({ gpuType, before, after }) => {
    const was = before === null ? "no price" : priceText(before, "gpu_second");
    return `${gpuType}: ${was} → ${priceText(after, "gpu_second")}`;
  });
}
