import type { Database } from "@/db/client";
import { requireScope } from "@/server/auth/access";
import type { UnitPrice } from "@/server/domain/money";
import { pickPrice } from "@/server/domain/pricing";
import type { RunpodManagement } from "@/server/providers/runpod-management/api";
import type { Operator } from "@/server/rollout/types";
import { readPrices } from "./price-book";
import { setPrice } from "./set-price";

export interface ImportedPrice {
  gpuType: string;
  /** Null: the book had none. */
  before: UnitPrice | null;
  after: UnitPrice;
}

/**
 * Takes RunPod's own prices of GPU time into the book, from `nowMs` on, where they differ from what holds now. With
 * `isDryRun` it only says what it would do. Running it twice adds nothing.
 */
export async function importPrices(
  deps: { db: Database; management: RunpodManagement },
  operator: Operator,
  options: { nowMs: number; isDryRun: boolean; signal: AbortSignal },
): Promise<ImportedPrice[]> {
  requireScope(operator.principal, "admin");
  const { nowMs, isDryRun, signal } = options;
  const [offers, book] = await Promise.all([deps.management.gpus({ signal }), readPrices(deps.db)]);
  const changed = offers.flatMap(({ id: gpuType, price }): ImportedPrice[] => {
    if (price === null) return [];
    const query = {
      provider: "comfyui",
      unit: "gpu_second",
      item: gpuType,
      operation: "txt2img",
      atMs: nowMs,
    } as const;
    const before = pickPrice(book, query)?.price ?? null;
    return before !== null && isSame(before, price) ? [] : [{ gpuType, before, after: price }];
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
      source: "RunPod's GPU catalogue (management API v2)",
    });
  return changed;
}

/** 0.31 for 1000 seconds is 1.116 for an hour: compared without a division that would round. */
function isSame(one: UnitPrice, other: UnitPrice): boolean {
  return one.micros * other.per === other.micros * one.per;
}
