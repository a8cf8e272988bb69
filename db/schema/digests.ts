import { sql } from "drizzle-orm";
import { boolean, date, index, integer, jsonb, pgTable, primaryKey, smallint, text } from "drizzle-orm/pg-core";
import { DELIVERY_STATES, DIGEST_CHANNELS } from "@/server/domain/digest";
import { databaseNow, instant } from "./columns";

/** When an environment's weekly digest goes out, and to whom. Server and webhook address are configuration: they are secret. */
export const digestSettings = pgTable("digest_settings", {
  environment: text("environment").primaryKey(),
  enabled: boolean("enabled").notNull(),
  /** 1 is Monday, 7 is Sunday. */
  weekday: smallint("weekday").notNull(),
  hour: smallint("hour").notNull(),
  timeZone: text("time_zone").notNull(),
  emails: jsonb("emails").$type<string[]>().notNull(),
  slack: boolean("slack").notNull(),
  /** Warnings go the same ways, at once; whether the digest is on does not matter to them. */
  warnings: boolean("warnings").notNull().default(true),
  /** What was due before this is not sent afterwards. */
  since: instant("since").notNull(),
  updatedAt: instant("updated_at").notNull().default(databaseNow),
  updatedBy: text("updated_by").notNull(),
});

/** One row a week and channel, so that instances that race for it send it once. */
export const digestDeliveries = pgTable(
  "digest_deliveries",
  {
    environment: text("environment").notNull(),
    week: text("week").notNull(),
    channel: text("channel", { enum: DIGEST_CHANNELS }).notNull(),
    state: text("state", { enum: DELIVERY_STATES }).notNull().default("waiting"),
    tries: integer("tries").notNull().default(0),
    nextAt: instant("next_at").notNull().default(databaseNow),
    /** Until then the one who claimed it may be sending. */
    leaseUntil: instant("lease_until"),
    /** Why the last try failed, in words without addresses or secrets. */
    problem: text("problem"),
    createdAt: instant("created_at").notNull().default(databaseNow),
    sentAt: instant("sent_at"),
  },
  (table) => [
    primaryKey({ columns: [table.environment, table.week, table.channel] }),
    // Partial: what is open is always little.
    index("digest_deliveries_open_idx").on(table.nextAt).where(sql`${table.state} in ('waiting', 'sending')`),
  ],
);

/** The plan's first week wants a look a day: who looked, on which of the reader's days. */
export const reviewLooks = pgTable(
  "review_looks",
  {
    environment: text("environment").notNull(),
    onDate: date("on_date", { mode: "string" }).notNull(),
    by: text("by").notNull(),
    at: instant("at").notNull().default(databaseNow),
  },
  (table) => [primaryKey({ columns: [table.environment, table.onDate] })],
);
