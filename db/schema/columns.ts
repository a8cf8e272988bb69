import { sql } from "drizzle-orm";
import { bigint, customType, timestamp } from "drizzle-orm/pg-core";

/** Millionths of a US dollar, so sums stay exact. */
export const micros = (name: string) => bigint(name, { mode: "number" });

export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** The database's clock at the moment of the statement: instances' clocks may differ by an hour and must not matter. */
export const databaseNow = sql`clock_timestamp()`;

export const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });
