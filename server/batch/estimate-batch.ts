import type { DatabaseOrTransaction } from "@/db/client";
import { measuredCosts } from "@/db/queries/batches";
import { PROVIDER_IDS, PROVIDER_NAMES, type ProviderId } from "@/server/domain/vocabulary";
import { estimateMicros } from "@/server/engine/cost";
import { AppError } from "@/server/errors";
import { readPrices } from "@/server/prices/price-book";
import type { BatchDeps } from "./types";

export interface CallEstimate {
  provider: ProviderId;
  /** What one is expected to cost. */
  micros: number;
  /** What is set aside for one before it is asked for: hardly any costs more. */
  reserveMicros: number;
  /** Null: by the price book alone, nothing was measured yet. */
  measuredOn: number | null;
}

/** What a picture from text will cost each provider, from what was measured lately. Throws CONFLICT without a price. */
export async function estimateCalls(
  deps: Pick<BatchDeps, "config" | "provider">,
  db: DatabaseOrTransaction,
  environment: string,
): Promise<CallEstimate[]> {
  const [measured, rows] = await Promise.all([measuredCosts(db, environment), readPrices(db)]);
  return PROVIDER_IDS.map((provider) => {
    const priced = estimateMicros(
      { ...deps, prices: { rows: () => rows } },
      { environment, params: { operation: "txt2img", count: 1 } },
      provider,
      Date.now(),
    );
    if (priced === null)
      throw new AppError(
        "CONFLICT",
        `no price is known for ${PROVIDER_NAMES[provider]}, so no cap can be kept: set one first`,
      );
    const seen = measured.find((row) => row.provider === provider);
    return {
      provider,
      micros: seen?.meanMicros ?? priced,
      reserveMicros: Math.max(priced, seen?.microsP95 ?? 0),
      measuredOn: seen?.n ?? null,
    };
  });
}
