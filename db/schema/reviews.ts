import { date, index, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { databaseNow, instant } from "./columns";

/**
 * The weekly look at cost and quality. A signed row holds its numbers as they were and never changes again: a trigger
 * refuses it. What is corrected later shows as a difference to them.
 */
export const reviews = pgTable(
  "reviews",
  {
    environment: text("environment").notNull(),
    /** ISO week, such as `2026-W47`. */
    week: text("week").notNull(),
    /** Unexpected behaviour, and notes: what a person wrote. */
    unexpected: text("unexpected").notNull().default(""),
    notes: text("notes").notNull().default(""),
    updatedAt: instant("updated_at").notNull().default(databaseNow),
    updatedBy: text("updated_by").notNull(),
    signedAt: instant("signed_at"),
    signedBy: text("signed_by"),
    /** The zone whose Monday began the signed week. */
    timeZone: text("time_zone"),
    /** The review's document as it was signed. */
    frozen: jsonb("frozen").$type<unknown>(),
  },
  (table) => [primaryKey({ columns: [table.environment, table.week] })],
);

/** What came of a review. Actions outlive its signing: they are done later. */
export const reviewActions = pgTable(
  "review_actions",
  {
    id: uuid("id").primaryKey(),
    environment: text("environment").notNull(),
    week: text("week").notNull(),
    title: text("title").notNull(),
    owner: text("owner").notNull(),
    dueOn: date("due_on", { mode: "string" }).notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow),
    createdBy: text("created_by").notNull(),
    doneAt: instant("done_at"),
    doneBy: text("done_by"),
  },
  (table) => [index("review_actions_week_idx").on(table.environment, table.week)],
);
