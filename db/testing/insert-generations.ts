import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type pg from "pg";

const STATEMENT = readFileSync(fileURLToPath(new URL("./many-generations.sql", import.meta.url)), "utf8");

/** Fills the table with ended generations of every kind, and lets the planner know of them. Twice the same is once. */
export async function insertGenerations(
  pool: Pick<pg.Pool, "query">,
  rows: { environment: string; count: number; newestMs: number; stepMs: number; promptChars?: number },
): Promise<void> {
  const { environment, count, newestMs, stepMs, promptChars = 0 } = rows;
  await pool.query(STATEMENT, [environment, count, new Date(newestMs), stepMs, promptChars]);
  await pool.query("analyze generations, generation_requests");
}
