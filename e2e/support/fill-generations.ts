import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import type { RunningSwitchyard } from "./switchyard";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Puts ended generations of every kind into a running Switchyard's own database: thousands take a second. */
export function fillGenerations(
  switchyard: RunningSwitchyard,
  rows: { count: number; newestMs: number; stepMs: number },
): Promise<void> {
  return inDatabase(switchyard, async (client) => {
    const sql = readFileSync(join(ROOT, "db", "testing", "many-generations.sql"), "utf8");
    await client.query(sql, ["sandbox", rows.count, new Date(rows.newestMs), rows.stepMs, 0]);
    await client.query("analyze generations, generation_requests");
  });
}

/** What retention does to a generation's pictures when their days are over. */
export function expirePictures(switchyard: RunningSwitchyard, generationId: string, atMs: number): Promise<unknown> {
  const sql = "update images set expired_at = $2 where generation_id = $1";
  return inDatabase(switchyard, (client) => client.query(sql, [generationId, new Date(atMs)]));
}

async function inDatabase<Result>(
  switchyard: RunningSwitchyard,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const usual = join(switchyard.dataDir, "postgres");
  const home = readText(join(usual, "location")) ?? usual;
  const password = encodeURIComponent(readText(join(home, "password")) ?? "");
  const port = readText(join(home, "port"));
  const client = new pg.Client(`postgres://switchyard:${password}@127.0.0.1:${port}/switchyard`);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return null;
  }
}
