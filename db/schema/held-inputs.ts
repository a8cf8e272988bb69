import { integer, pgTable, text } from "drizzle-orm/pg-core";
import { bytea, databaseNow, instant } from "./columns";

/**
 * Callers' pictures of generations that have not ended, where pictures go to R2: whichever instance submits them can
 * read them, also while R2 is away and the file lies on another machine's disk.
 */
export const heldInputs = pgTable("held_inputs", {
  sha256: text("sha256").primaryKey(),
  bytes: bytea("bytes").notNull(),
  sizeBytes: integer("size_bytes").notNull(),
  /** When somebody last asked with it. */
  heldAt: instant("held_at").notNull().default(databaseNow),
});
