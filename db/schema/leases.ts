import { integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { databaseNow, instant } from "./columns";

/** One row a chore: whoever holds the lease runs it, and writes under its fence. */
export const leases = pgTable("leases", {
  name: text("name").primaryKey(),
  owner: text("owner"),
  fence: integer("fence").notNull().default(0),
  leaseUntil: instant("lease_until"),
  lastRunAt: instant("last_run_at"),
});

/** Living processes, by heartbeat. Providers' rate limits are shared out among them. */
export const instances = pgTable("instances", {
  id: text("id").primaryKey(),
  role: text("role").notNull(),
  details: jsonb("details").$type<Record<string, unknown>>(),
  startedAt: instant("started_at").notNull().default(databaseNow),
  seenAt: instant("seen_at").notNull().default(databaseNow),
});
