import { resolve } from "node:path";
import type { DatabaseOrTransaction } from "@/db/client";
import { type KeepDays, keepDays } from "@/db/queries/picture-retention";
import { type SpoolDepth, spoolDepths } from "@/db/queries/spool";
import type { Config } from "@/server/config";
import { diskIdOf } from "./disk-id";
import { createDiskStore } from "./disk-store";

export interface StorageStatus {
  store: "disk" | "r2";
  /** Its name and host; null without R2. */
  bucket: string | null;
  /** The domain under which results are given out; null: signed addresses on this server. */
  publicUrl: string | null;
  dataDir: string;
  diskId: string;
  /** What may still be written before the disk counts as full. */
  freeBytes: number;
  /** What waits on disks to be moved to R2, by disk; null without R2. */
  spool: SpoolDepth[] | null;
  keep: Pick<KeepDays, "environment" | "days">[];
}

/** Where this process's pictures go, and what waits. */
export async function readStorageStatus(deps: {
  db: DatabaseOrTransaction;
  config: Pick<Config, "r2" | "dataDir">;
}): Promise<StorageStatus> {
  const { r2, dataDir } = deps.config;
  const directory = resolve(dataDir);
  const [keep, spool, diskId, freeBytes] = await Promise.all([
    keepDays(deps.db),
    r2 && spoolDepths(deps.db),
    diskIdOf(directory),
    createDiskStore({ directory }).freeBytes(),
  ]);
  return {
    store: r2 ? "r2" : "disk",
    bucket: r2 && `${r2.bucket} at ${new URL(r2.endpoint).host}`,
    publicUrl: r2?.publicUrl ?? null,
    dataDir: directory,
    diskId,
    freeBytes,
    spool,
    keep: keep.map(({ environment, days }) => ({ environment, days })),
  };
}
