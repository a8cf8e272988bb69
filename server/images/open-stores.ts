import { resolve } from "node:path";
import type { Config } from "@/server/config";
import { diskIdOf } from "./disk-id";
import { createDiskStore, type DiskStore } from "./disk-store";
import { createR2Store, type R2Store, type R2StoreOptions } from "./r2-store";

/** The two places for pictures, for whoever looks after what lies there. */
export interface Stores {
  disk: DiskStore;
  diskId: string;
  r2: R2Store | null;
}

export async function openStores(
  config: Pick<Config, "dataDir" | "r2">,
  options: R2StoreOptions = {},
): Promise<{ stores: Stores; close: () => Promise<void> }> {
  const directory = resolve(config.dataDir);
  const r2 = config.r2 && createR2Store(config.r2, options);
  return {
    stores: { disk: createDiskStore({ directory }), diskId: await diskIdOf(directory), r2 },
    close: async () => r2?.close(),
  };
}
