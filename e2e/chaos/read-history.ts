import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type pg from "pg";
import sharp from "sharp";
import type { GenerationSummary } from "@/server/domain/generation-view";
import type { DatabaseRows, ServedImage, StoredFile } from "./history";

/** Everything that the checker needs of the database, in one reading when nothing moves any more. */
export async function readDatabase(pool: pg.Pool): Promise<DatabaseRows> {
  const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;
  const [generations, attempts, events, images, index, trigger] = await Promise.all([
    pool.query(`select id, idempotency_key as "idempotencyKey", state, ${ms("finished_at")} as "finishedAtMs",
      attempt_count as "attemptCount", image_count as "imageCount" from generations order by id`),
    pool.query(`select id, generation_id as "generationId", number, provider, reason, state, job_id as "jobId",
      ${ms("created_at")} as "createdAtMs" from attempts order by created_at`),
    pool.query(
      `select generation_id as "generationId", kind, ${ms("at")} as "atMs" from generation_events where terminal`,
    ),
    pool.query(`select generation_id as "generationId", position, sha256, location, object_key as "objectKey"
      from images where role = 'output'`),
    pool.query(`select 1 from pg_index i join pg_class c on c.oid = i.indrelid
      where c.relname = 'generation_events' and i.indisunique and i.indisvalid and pg_get_expr(i.indpred, i.indrelid) like '%terminal%'`),
    pool.query(`select 1 from pg_trigger where tgname = 'generations_one_end' and tgenabled <> 'D'`),
  ]);
  return {
    generations: generations.rows,
    attempts: attempts.rows,
    terminalEvents: events.rows,
    images: images.rows,
    guards: { terminalEventIndex: index.rows.length > 0, endTrigger: trigger.rows.length > 0 },
  };
}

/** Every finished file below the data directory's `objects`, with the hash of what is in it. */
export async function readFiles(dataDir: string): Promise<StoredFile[]> {
  const entries = await readdir(join(dataDir, "objects"), { recursive: true, withFileTypes: true }).catch(() => []);
  const files: StoredFile[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    // A writer that was killed leaves its half file there, under no name that anything refers to.
    if (!entry.isFile() || entry.name.endsWith(".part")) continue;
    files.push({ path: relative(dataDir, path).split(sep).join("/"), sha256: sha256Of(await readFile(path)) });
  }
  return files;
}

/** Fetches every picture of every succeeded generation as a caller would: listed, by its signed address, decoded. */
export async function fetchResults(gateway: string, apiKey: string): Promise<ServedImage[]> {
  const decodes = new Map<string, boolean>();
  const served: ServedImage[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const query: string = new URLSearchParams({
      state: "succeeded",
      limit: "100",
      ...(cursor ? { cursor } : {}),
    }).toString();
    const answer: Response = await fetch(`${gateway}/api/v1/generations?${query}`, {
      headers: { authorization: `Bearer ${apiKey}` },
    });
    if (!answer.ok) throw new Error(`listing generations was answered with ${answer.status}`);
    const page = (await answer.json()) as { rows: GenerationSummary[]; nextCursor: string | null };
    for (const row of page.rows) {
      for (const image of row.images)
        served.push(await fetchImage(gateway, row.id, image.position, image.url, decodes));
    }
    cursor = page.nextCursor;
  }
  return served;
}

async function fetchImage(
  gateway: string,
  generationId: string,
  position: number,
  url: string,
  decodes: Map<string, boolean>,
): Promise<ServedImage> {
  const answer = await fetch(new URL(url, gateway));
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (!answer.ok) return { generationId, position, status: answer.status, sha256: null, decodes: false };
  const sha256 = sha256Of(bytes);
  const known = decodes.get(sha256);
  const isWhole =
    known ??
    (await sharp(bytes)
      .raw()
      .toBuffer()
      .then(
        () => true,
        () => false,
      ));
  decodes.set(sha256, isWhole);
  return { generationId, position, status: answer.status, sha256, decodes: isWhole };
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
