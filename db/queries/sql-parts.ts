import { type SQL, type SQLWrapper, sql } from "drizzle-orm";

/** A timestamp as epoch milliseconds, exact: `extract` gives numeric and columns keep milliseconds. */
export function epochMs(column: SQLWrapper): SQL<number> {
  return sql<number>`(extract(epoch from ${column}) * 1000)::bigint`;
}

/** The rows of a subquery, each as a JSON object, in order; an empty list when there is none. */
export function jsonRows<Row>(fields: Record<keyof Row & string, SQLWrapper>, orderBy: SQL, from: SQL): SQL<Row[]> {
  const pairs = Object.entries<SQLWrapper>(fields).map(([name, value]) => sql`${sql.param(name)}::text, ${value}`);
  return sql<
    Row[]
  >`(select coalesce(json_agg(json_build_object(${sql.join(pairs, sql`, `)}) order by ${orderBy}), '[]'::json) ${from})`;
}

/** A pattern for `like` that matches what begins with the text, with its own wildcards taken literally. */
export function beginningWith(text: string): string {
  return `${text.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
}
