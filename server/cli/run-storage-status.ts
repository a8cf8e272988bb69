import { keepDays } from "@/db/queries/picture-retention";
import { type SpoolDepth, spoolDepths } from "@/db/queries/spool";
import { openStores } from "@/server/images/open-stores";
import { bytes, pairs } from "./format";
import { openInstallation } from "./installation";
import type { Tools } from "./program";
import { spoolLine } from "./status-lines";

interface StorageStatus {
  store: "disk" | "r2";
  bucket: string | null;
  dataDir: string;
  diskId: string;
  freeBytes: number;
  /** What waits on disks to be moved to R2, by disk; null without R2. */
  spool: SpoolDepth[] | null;
  keep: { environment: string; days: number | null }[];
}

export async function showStorage({ terminal }: Tools, options: { json?: boolean }): Promise<void> {
  const installation = await openInstallation((line) => terminal.say(line));
  try {
    const { config, connection } = installation;
    const { stores, close } = await openStores(config);
    const keep = await keepDays(connection.db);
    const status: StorageStatus = {
      store: config.r2 ? "r2" : "disk",
      bucket: config.r2 && `${config.r2.bucket} at ${new URL(config.r2.endpoint).host}`,
      dataDir: config.dataDir,
      diskId: stores.diskId,
      freeBytes: await stores.disk.freeBytes(),
      spool: config.r2 && (await spoolDepths(connection.db)),
      keep: keep.map(({ environment, days }) => ({ environment, days })),
    };
    await close();
    if (options.json) terminal.data(JSON.stringify(status, null, 2));
    else for (const line of storageLines(status)) terminal.data(line);
  } finally {
    await installation.close();
  }
}

function storageLines(status: StorageStatus): string[] {
  const kept = ({ days }: { days: number | null }) => (days === null ? "for good" : `${days} days`);
  return pairs([
    ["pictures go to", status.bucket === null ? "the disk" : `R2, bucket ${status.bucket}`],
    ["disk", `${status.dataDir}, ${bytes(status.freeBytes)} free for pictures (${status.diskId})`],
    ...(status.spool === null ? [] : [["spool", spoolLine(status.spool)] satisfies [string, string]]),
    ...status.keep.map((entry): [string, string] => [`kept in ${entry.environment}`, kept(entry)]),
  ]);
}
