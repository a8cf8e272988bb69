import type { Command } from "commander";
import { parsePrice } from "@/server/domain/price-text";
import {
  OPERATIONS,
  type Operation,
  PRICE_UNITS,
  PROVIDER_WORDS,
  type PriceUnit,
  parseProviderId,
  type Seller,
} from "@/server/domain/vocabulary";
import type { SetPriceInput } from "@/server/prices/set-price";
import { usageError } from "./exit-codes";
import { parseDate, parseWords } from "./parse";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS } from "./rollout-options";
import type { Tools } from "./tools";

const SELLER_WORDS = [...PROVIDER_WORDS, "r2"];

export interface ListOptions {
  provider?: string;
  all?: boolean;
  json?: boolean;
}

interface SetOptions {
  provider: string;
  unit: string;
  item: string;
  operation?: string;
  price: string;
  from?: string;
  source: string;
  json?: boolean;
}

export interface ImportOptions {
  environment?: string;
  dryRun?: boolean;
  json?: boolean;
}

export function addPrices(program: Command, tools: Tools): void {
  const prices = program.command("prices").description("the price book: what costs are computed from, and since when");
  prices
    .command("list", { isDefault: true })
    .description("show the prices in force (the default)")
    .option("--provider <name>", `only of ${SELLER_WORDS.join(", ")}`)
    .option("--all", "also those that have ended or have yet to begin")
    .option("--json", "print them as JSON")
    .action(async (options: ListOptions) => {
      const { listPrices } = await import("./run-prices");
      await listPrices(tools, options, provider(options.provider));
    });
  prices
    .command("set")
    .description("add a price from a day on; the one before it ends there, and no cost of before changes")
    .requiredOption("--provider <name>", `of ${SELLER_WORDS.join(", ")}`)
    .requiredOption("--unit <unit>", `of ${PRICE_UNITS.join(", ")}`)
    .requiredOption(
      "--item <name>",
      "model or GPU type as the provider names it, * for R2; * for all without a price of their own",
    )
    .option("--operation <name>", `only for one of ${OPERATIONS.join(", ")}`)
    .requiredOption("--price <dollars>", "such as 0.05, 1.10/hour for a GPU, 4.50/million for operations")
    .option("--from <date>", "such as 2026-12-01 (its first moment in UTC) or 2026-12-01T08:00:00Z; default: now")
    .requiredOption("--source <text>", "where it was read: an invoice, a page, a contract")
    .option("--json", "print the price as JSON")
    .action(async (options: SetOptions) => {
      const input = readPrice(options, Date.now());
      const { setOnePrice } = await import("./run-prices");
      await setOnePrice(tools, options, input);
    });
  prices
    .command("import")
    .description("take RunPod's own prices of GPU time, from now on, where they differ")
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--dry-run", "show what would change; change nothing")
    .option("--json", "print the changes as JSON")
    .action(async (options: ImportOptions) => {
      const { importFromCatalogue } = await import("./run-prices");
      await importFromCatalogue(tools, options);
    });
}

export function readPrice(options: SetOptions, nowMs: number): SetPriceInput {
  const [unit] = parseWords<PriceUnit>("--unit", options.unit, PRICE_UNITS);
  const [operation] =
    options.operation === undefined ? [null] : parseWords<Operation>("--operation", options.operation, OPERATIONS);
  const id = provider(options.provider);
  if (id === null || unit === undefined || operation === undefined) throw usageError("prices set", "needs one of each");
  const price = parsePrice(options.price, unit);
  if ("rule" in price) throw usageError("--price", price.rule);
  const effectiveFromMs = options.from === undefined ? nowMs : parseDate("--from", options.from);
  return { provider: id, unit, item: options.item, operation, price, effectiveFromMs, source: options.source };
}

function provider(named: string | undefined): Seller | null {
  if (named === undefined) return null;
  const id = named.trim().toLowerCase() === "r2" ? "r2" : parseProviderId(named);
  if (id === null) throw usageError("--provider", `must be one of ${SELLER_WORDS.join(", ")}, not "${named}"`);
  return id;
}
