import { sql } from "drizzle-orm";
import { index, integer, pgTable, smallint, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { databaseNow, instant } from "./columns";
import { generations } from "./generations";

/** A stored picture, named by the SHA-256 of its bytes. One file may belong to several generations. */
export const images = pgTable(
  "images",
  {
    id: uuid("id").primaryKey(),
    generationId: uuid("generation_id")
      .notNull()
      .references(() => generations.id),
    attemptId: uuid("attempt_id"),
    role: text("role", { enum: ["input", "output"] }).notNull(),
    position: smallint("position").notNull(),
    sha256: text("sha256").notNull(),
    mimeType: text("mime_type").notNull(),
    width: integer("width").notNull(),
    height: integer("height").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    location: text("location", { enum: ["disk", "r2"] }).notNull(),
    objectKey: text("object_key").notNull(),
    /** The data folder that holds a file on a disk; null in R2, and for files older than this column. */
    diskId: text("disk_id"),
    /** The bytes were removed, by age; the row keeps what they were. */
    expiredAt: instant("expired_at"),
    createdAt: instant("created_at").notNull().default(databaseNow),
  },
  (table) => [
    uniqueIndex("images_position_idx").on(table.generationId, table.role, table.position),
    index("images_sha256_idx").on(table.sha256),
    // Partial: what waits on a disk to be moved to R2 is asked for all the time.
    index("images_on_disk_idx")
      .on(table.createdAt, table.id)
      .where(sql`${table.location} = 'disk' and ${table.expiredAt} is null`),
  ],
);
