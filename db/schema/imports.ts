import { bigint, boolean, integer, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import type { Mapping } from "@/server/domain/history/mapping";
import { databaseNow, instant } from "./columns";

/**
 * A file whose rows became generations (`scope` `import:<id>`, source `import`). While `loading`, the same command goes
 * on after `rowCount` rows: every chunk of rows commits together with that number.
 */
export const imports = pgTable(
  "imports",
  {
    id: uuid("id").primaryKey(),
    environment: text("environment").notNull(),
    fileName: text("file_name").notNull(),
    /** SHA-256 (hex) of the file. */
    fileHash: text("file_hash").notNull(),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
    /** A ready mapping's name, or what was typed. */
    mappingName: text("mapping_name").notNull(),
    mapping: jsonb("mapping").$type<Mapping>().notNull(),
    state: text("state", { enum: ["loading", "done"] })
      .notNull()
      .default("loading"),
    /** Rows in the file, and how many of them are dealt with. */
    totalRows: integer("total_rows").notNull(),
    rowCount: integer("row_count").notNull().default(0),
    storedCount: integer("stored_count").notNull().default(0),
    /** Rows that broke a rule are left out; else a file with one is not begun. */
    skipsBad: boolean("skips_bad").notNull(),
    /** Good rows of the file by operation and state. */
    counts: jsonb("counts").$type<Record<string, number>>().notNull().default({}),
    /** Of the rows' times; null in an empty file. */
    firstAt: instant("first_at"),
    lastAt: instant("last_at"),
    createdBy: text("created_by").notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow),
    finishedAt: instant("finished_at"),
  },
  (table) => [uniqueIndex("imports_file_idx").on(table.environment, table.fileHash)],
);
