import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import type { StorageDrillFigures } from "./report";

const LOOKS = 40;

/** Fetches a sample of the pictures that lie on these instances' disks, as a caller would: each must come whole. */
export async function lookAtSpooled(deps: {
  pool: pg.Pool;
  holders: { gateway: string; dataDir: string }[];
  apiKey: string;
}): Promise<Pick<StorageDrillFigures, "lookedAt" | "readable">> {
  const headers = { authorization: `Bearer ${deps.apiKey}` };
  let lookedAt = 0;
  let readable = 0;
  for (const { gateway, dataDir } of deps.holders) {
    const { rows } = await deps.pool.query<{ generationId: string; sha256: string }>(
      `select generation_id as "generationId", sha256 from images where role = 'output' and location = 'disk' and disk_id = $1
        order by md5(sha256) limit $2`,
      [(await readFile(join(dataDir, "disk-id"), "utf8")).trim(), LOOKS],
    );
    for (const { generationId, sha256 } of rows) {
      const answer = await fetch(`${gateway}/api/v1/generations/${generationId}`, { headers });
      const detail = (await answer.json()) as { images?: { sha256: string; url: string }[] };
      const url = detail.images?.find((image) => image.sha256 === sha256)?.url ?? "/";
      const bytes = Buffer.from(await (await fetch(new URL(url, gateway))).arrayBuffer());
      lookedAt += 1;
      if (createHash("sha256").update(bytes).digest("hex") === sha256) readable += 1;
    }
  }
  return { lookedAt, readable };
}
