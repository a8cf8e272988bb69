import { bigint, index, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { databaseNow, instant } from "./columns";

/**
 * Every privileged change, chained: a row's hash covers its content and the hash before it, so an edit, a removed row
 * or a swap shows. Triggers refuse UPDATE, DELETE and TRUNCATE.
 */
export const auditEntries = pgTable(
  "audit_entries",
  {
    seq: bigint("seq", { mode: "number" }).primaryKey(),
    at: instant("at").notNull(),
    actor: text("actor").notNull(),
    via: text("via", { enum: ["console", "cli", "api", "automation", "env", "system"] }).notNull(),
    action: text("action").notNull(),
    target: text("target"),
    environment: text("environment"),
    before: jsonb("before").$type<unknown>(),
    after: jsonb("after").$type<unknown>(),
    reason: text("reason"),
    requestId: text("request_id"),
    previousHash: text("previous_hash").notNull(),
    hash: text("hash").notNull(),
  },
  (table) => [index("audit_entries_at_idx").on(table.at.desc())],
);

/** One row: the chain's end, locked while an entry is added. */
export const auditHead = pgTable("audit_head", {
  id: text("id").primaryKey().default("head"),
  seq: bigint("seq", { mode: "number" }).notNull().default(0),
  hash: text("hash").notNull().default(""),
  updatedAt: instant("updated_at").notNull().default(databaseNow),
});
