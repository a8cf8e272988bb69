import { type SQL, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { generationRequests, generations } from "@/db/schema";
import { wordsIn } from "@/db/schema/generations";
import { beginningWith } from "./sql-parts";

const WORDS_MAX = 10;
/** Shorter ones begin too many ids to mean one. */
const ID_BEGINNING_MIN = 6;
const JOBS_MAX = 100;

/**
 * What a search finds: prompts that hold words with all of these beginnings, in any order; generations whose id begins
 * like this; those that a provider's job of such an id was for. Undefined: nothing is searched for. The words are read
 * first, so that the database plans the search itself knowing how frequent they are.
 */
export async function searchCondition(db: DatabaseOrTransaction, search: string | undefined): Promise<SQL | undefined> {
  const text = search?.trim() ?? "";
  if (text === "") return undefined;
  const { rows } = await db.execute<{ words: string | null }>(
    sql`select to_tsquery('simple', string_agg(word || ':*', ' & '))::text as words
      from (select word from regexp_split_to_table(${text}, '[^[:alnum:]]+') as word where word <> '' limit ${WORDS_MAX}) given`,
  );
  const words = rows[0]?.words ?? null;
  const id = generationRequests.generationId;
  const found: SQL[] = [];
  if (words) found.push(sql`${wordsIn(generationRequests.prompt)} @@ ${words}::tsquery`);
  if (text.length >= ID_BEGINNING_MIN && !/\s/.test(text)) {
    const range = idRange(text);
    if (range) found.push(sql`${id} between ${range.from}::uuid and ${range.to}::uuid`);
    const jobs = await generationsOfJobs(db, text);
    if (jobs.length > 0) found.push(sql`${id} = any(${sql.param(jobs)}::uuid[])`);
  }
  if (found.length === 0) return sql`false`;
  // No join: whoever only counts has nothing else to ask of that table.
  return sql`exists (select 1 from ${generationRequests} where ${id} = ${generations.id} and (${sql.join(found, sql` or `)}))`;
}

function idRange(beginning: string): { from: string; to: string } | null {
  const hex = beginning.toLowerCase().replaceAll("-", "");
  if (!/^[0-9a-f]{6,32}$/.test(hex)) return null;
  const dashed = (digits: string) => digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return { from: dashed(hex.padEnd(32, "0")), to: dashed(hex.padEnd(32, "f")) };
}

async function generationsOfJobs(db: DatabaseOrTransaction, beginning: string): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(
    sql`select generation_id as id from attempts where job_id like ${beginningWith(beginning)} limit ${JOBS_MAX}`,
  );
  return [...new Set(rows.map(({ id }) => id))];
}
