import { bigint, boolean, index, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import type { StorageCheck } from "@/server/domain/storage";
import { databaseNow, instant } from "./columns";
import { environments } from "./environments";

/** What a check of the stores found, newest last. */
export const storageChecks = pgTable(
  "storage_checks",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    environment: text("environment")
      .notNull()
      .references(() => environments.name),
    ok: boolean("ok").notNull(),
    /** By store: its steps with what was seen. */
    stores: jsonb("stores").$type<StorageCheck[]>().notNull(),
    checkedBy: text("checked_by").notNull(),
    at: instant("at").notNull().default(databaseNow),
  },
  (table) => [index("storage_checks_newest_idx").on(table.environment, table.id.desc())],
);
