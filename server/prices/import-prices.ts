import type { Database } from "@/db/client";
import { type BookedPriceView, pricesWithUsage } from "@/db/queries/price-usage";
import { requireScope } from "@/server/auth/access";
import type { UnitPrice } from "@/server/domain/money";
import { pickPrice } from "@/server/domain/pricing";
import { DEFAULT_PRICES } from "@/server/domain/pricing-defaults";
import type { RunpodManagement } from "@/server/providers/runpod-management/api";
import type { Operator } from "@/server/rollout/types";
import { setPrice } from "./set-price";

const CATALOGUE = "RunPod's GPU catalogue (management API v2)";

export interface ImportedPrice {
  gpuType: string;
  /** Null: the book had none. */
  before: UnitPrice | null;
  after: UnitPrice;
}

export interface ImportOptions {
  nowMs: number;
  isDryRun: boolean;
  /** Leave alone what a person has entered: a contract's price is not in the catalogue. */
  keepsEntered: boolean;
  signal: AbortSignal;
}

/**
 * Takes RunPod's own prices of GPU time into the book, from `nowMs` on, where they differ from what holds now. With
 * `isDryRun` it only says what it would do. Running it twice adds nothing.
 */
export async function importPrices(
  deps: { db: Database; management: RunpodManagement },
  operator: Operator,
  { nowMs, isDryRun, keepsEntered, signal }: ImportOptions,
): Promise<ImportedPrice[]> {
  requireScope(operator.principal, "admin");
  const offers = await deps.management.gpus({ signal });
  const book = await pricesWithUsage(deps.db, nowMs);
  const changed = offers.flatMap(({ id: gpuType, price }): ImportedPrice[] => {
    if (price === null) return [];
    const query = {
      provider: "comfyui",
      unit: "gpu_second",
      item: gpuType,
      operation: "txt2img",
      atMs: nowMs,
    } as const;
    const row = pickPrice(book, query);
    const before = book.find(({ id }) => id === row?.id) ?? null;
    if (before !== null && (isSame(before.price, price) || (keepsEntered && isEntered(before)))) return [];
    return [{ gpuType, before: before?.price ?? null, after: price }];
  });
  if (isDryRun) return changed;
  for (const { gpuType, after } of changed)
    await setPrice(deps, operator, {
      provider: "comfyui",
      unit: "gpu_second",
      item: gpuType,
      operation: null,
      price: after,
      effectiveFromMs: nowMs,
      source: CATALOGUE,
    });
  return changed;
}

/** 0.31 for 1000 seconds is 1.116 for an hour: compared without a division that would round. */
function isSame(one: UnitPrice, other: UnitPrice): boolean {
  return one.micros * other.per === other.micros * one.per;
}

function isEntered({ source }: BookedPriceView): boolean {
  return source !== CATALOGUE && !DEFAULT_PRICES.some((price) => price.source === source);
}
