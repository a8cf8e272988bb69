import { sql } from "drizzle-orm";
import { index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { DELIVERY_STATES, DIGEST_CHANNELS } from "@/server/domain/digest";
import { FINDING_LEVELS, WARNING_EVENTS, WARNING_STATES } from "@/server/domain/warning";
import { WARNING_KEYS } from "@/server/domain/warning-keys";
import { databaseNow, instant } from "./columns";

/**
 * A finding from its first look to its end. It is told of once it has lasted; one that went before that leaves no row.
 * The table's name is from when the endpoint alone was warned of.
 */
export const storedWarnings = pgTable(
  "endpoint_warnings",
  {
    id: uuid("id").primaryKey(),
    environment: text("environment").notNull(),
    /** Null: it is not the endpoint that is warned of. */
    endpointId: text("endpoint_id"),
    key: text("key", { enum: WARNING_KEYS }).notNull(),
    level: text("level", { enum: FINDING_LEVELS }).notNull(),
    state: text("state", { enum: WARNING_STATES }).notNull(),
    /** As the newest look had it. */
    title: text("title").notNull(),
    says: text("says").notNull(),
    todo: text("todo").notNull(),
    /** Looks on end that would have it in another state or at another level. */
    looks: integer("looks").notNull(),
    openedAt: instant("opened_at").notNull().default(databaseNow),
    firedAt: instant("fired_at"),
    resolvedAt: instant("resolved_at"),
  },
  (table) => [
    // One at a time of each kind, whichever instance judges.
    uniqueIndex("endpoint_warnings_open_idx").on(table.environment, table.key).where(sql`${table.resolvedAt} is null`),
    index("endpoint_warnings_newest_idx").on(table.environment, table.openedAt.desc()),
  ],
);

/** One row a warning, event and channel, so that instances that race for it send it once. */
export const warningDeliveries = pgTable(
  "warning_deliveries",
  {
    warningId: uuid("warning_id")
      .notNull()
      .references(() => storedWarnings.id),
    event: text("event", { enum: WARNING_EVENTS }).notNull(),
    channel: text("channel", { enum: DIGEST_CHANNELS }).notNull(),
    environment: text("environment").notNull(),
    /** As it was when it happened. */
    subject: text("subject").notNull(),
    body: text("body").notNull(),
    state: text("state", { enum: DELIVERY_STATES }).notNull().default("waiting"),
    tries: integer("tries").notNull().default(0),
    nextAt: instant("next_at").notNull().default(databaseNow),
    leaseUntil: instant("lease_until"),
    /** Why the last try failed, in words without addresses or secrets. */
    problem: text("problem"),
    createdAt: instant("created_at").notNull().default(databaseNow),
    sentAt: instant("sent_at"),
  },
  (table) => [
    primaryKey({ columns: [table.warningId, table.event, table.channel] }),
    // Partial: what is open is always little.
    index("warning_deliveries_open_idx")
      .on(table.environment, table.nextAt)
      .where(sql`${table.state} in ('waiting', 'sending')`),
  ],
);
