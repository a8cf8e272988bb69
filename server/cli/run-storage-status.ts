import { readStorageStatus, type StorageStatus } from "@/server/images/read-storage-status";
import { bytes, pairs } from "./format";
import { openInstallation } from "./installation";
import { spoolLine } from "./status-lines";
import type { Tools } from "./tools";

export async function showStorage({ terminal }: Tools, options: { json?: boolean }): Promise<void> {
  const installation = await openInstallation((line) => terminal.say(line));
  try {
    const { config, connection } = installation;
    const status = await readStorageStatus({ db: connection.db, config });
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
    ...(status.publicUrl === null ? [] : [["results under", status.publicUrl] satisfies [string, string]]),
    ["disk", `${status.dataDir}, ${bytes(status.freeBytes)} free for pictures (${status.diskId})`],
    ...(status.spool === null ? [] : [["spool", spoolLine(status.spool)] satisfies [string, string]]),
    ...status.keep.map((entry): [string, string] => [`kept in ${entry.environment}`, kept(entry)]),
  ]);
}
