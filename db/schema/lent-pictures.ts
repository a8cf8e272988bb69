import { index, pgTable, text } from "drizzle-orm/pg-core";
import { bytea, databaseNow, instant } from "./columns";

/**
 * Pictures that one machine asks of another's disk while R2 is away, and for the minutes after: the question without
 * bytes, then the answer.
 */
export const lentPictures = pgTable(
  "lent_pictures",
  {
    sha256: text("sha256").primaryKey(),
    /** Whose disk holds it. */
    diskId: text("disk_id").notNull(),
    objectKey: text("object_key").notNull(),
    bytes: bytea("bytes"),
    askedAt: instant("asked_at").notNull().default(databaseNow),
  },
  (table) => [index("lent_pictures_disk_idx").on(table.diskId)],
);
