import { sql } from "drizzle-orm";
import { bigint, boolean, index, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { EVENT_KINDS } from "@/server/domain/vocabulary";
import { databaseNow, instant } from "./columns";

/** What happened to a generation, in order. Append-only. */
export const generationEvents = pgTable(
  "generation_events",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    /**
     * No foreign key: an event is only written by the statement that writes its generation, and the check of each would
     * lock and look up that row once more.
     */
    generationId: uuid("generation_id").notNull(),
    attemptId: uuid("attempt_id"),
    kind: text("kind", { enum: EVENT_KINDS }).notNull(),
    terminal: boolean("terminal").notNull().default(false),
    data: jsonb("data").$type<Record<string, unknown>>(),
    at: instant("at").notNull().default(databaseNow),
  },
  (table) => [
    index("generation_events_generation_idx").on(table.generationId, table.id),
    // Exactly one end, whatever races: the second terminal event fails its whole transaction.
    uniqueIndex("generation_events_terminal_idx").on(table.generationId).where(sql`${table.terminal}`),
  ],
);
