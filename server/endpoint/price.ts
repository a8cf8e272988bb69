import type { DatabaseOrTransaction } from "@/db/client";
import type { Config } from "@/server/config";
import type { EndpointSettings, GpuOffer, LiveWorkers } from "@/server/domain/endpoint/settings";
import { type BookedPrice, type WorkerPrice, workerPrice } from "@/server/domain/endpoint/standing-price";
import { costOf, type Micros } from "@/server/domain/money";
import { pickPrice } from "@/server/domain/pricing";
import { readPrices } from "@/server/prices/price-book";

export interface EndpointPrices {
  /** The price book's, for the GPU that the configuration names; null: it has none. */
  booked: BookedPrice | null;
  /** What the control makes one image by text for; null: no price. */
  controlImageMicros: Micros | null;
}

export async function readEndpointPrices(
  db: DatabaseOrTransaction,
  config: Config,
  environment: string,
  controlModel: string | null,
  atMs: number,
): Promise<EndpointPrices> {
  const rows = await readPrices(db);
  const { gpuType } = config.providerSettings(environment).comfyui;
  const common = { operation: "txt2img", atMs } as const;
  const gpu = pickPrice(rows, { ...common, provider: "comfyui", unit: "gpu_second", item: gpuType });
  const image = pickPrice(rows, { ...common, provider: "scenario", unit: "image", item: controlModel ?? "*" });
  return {
    booked: gpu === null ? null : { gpuType, price: gpu.price },
    controlImageMicros: image === null ? null : costOf(1, image.price),
  };
}

export function priceOf(
  settings: EndpointSettings,
  look: { offers: readonly GpuOffer[] | null; workers: LiveWorkers | null },
  prices: Pick<EndpointPrices, "booked">,
): WorkerPrice | null {
  const seen = (look.workers?.workers ?? []).flatMap(({ gpuType }) => (gpuType === null ? [] : [gpuType]));
  return workerPrice(settings, look.offers ?? [], seen, prices.booked);
}
