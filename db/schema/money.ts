import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { FleetWorker } from "@/server/domain/costs/fleet-time";
import { COST_KINDS, OPERATIONS, PRICE_UNITS, PROVIDER_IDS, SELLERS } from "@/server/domain/vocabulary";
import { databaseNow, instant, micros } from "./columns";

/** The price book. A row holds from `effectiveFrom` to before `effectiveTo`; past weeks keep the rows of their time. */
export const prices = pgTable(
  "prices",
  {
    id: uuid("id").primaryKey(),
    provider: text("provider", { enum: SELLERS }).notNull(),
    unit: text("unit", { enum: PRICE_UNITS }).notNull(),
    /** Model or GPU type, in the provider's naming; `*` where the price holds for all. */
    item: text("item").notNull(),
    operation: text("operation", { enum: OPERATIONS }),
    /** `priceMicros` for `per` units: hour prices stay exact as micros per 3600 seconds. */
    priceMicros: micros("price_micros").notNull(),
    per: integer("per").notNull(),
    effectiveFrom: instant("effective_from").notNull(),
    effectiveTo: instant("effective_to"),
    source: text("source").notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow),
  },
  (table) => [
    // A price for all operations has none: without "nulls not distinct" the same price could begin twice.
    unique("prices_from_key")
      .on(table.provider, table.unit, table.item, table.operation, table.effectiveFrom)
      .nullsNotDistinct(),
    check("prices_not_negative", sql`${table.priceMicros} >= 0 and ${table.per} > 0`),
    check("prices_in_order", sql`${table.effectiveTo} is null or ${table.effectiveTo} > ${table.effectiveFrom}`),
  ],
);

/**
 * The ledger: one line per amount and reason. A generation's cost is the sum of its lines, always. Lines without a
 * generation are the environment's own, of the moment `at`: workers kept without work, storage, unexplained billing.
 */
export const costLines = pgTable(
  "cost_lines",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    generationId: uuid("generation_id"),
    attemptId: uuid("attempt_id"),
    environment: text("environment").notNull(),
    provider: text("provider", { enum: PROVIDER_IDS }).notNull(),
    kind: text("kind", { enum: COST_KINDS }).notNull(),
    costMicros: micros("cost_micros").notNull(),
    units: numeric("units", { mode: "number" }),
    unit: text("unit", { enum: PRICE_UNITS }),
    priceId: uuid("price_id"),
    note: text("note"),
    at: instant("at").notNull().default(databaseNow),
  },
  (table) => [
    index("cost_lines_generation_idx").on(table.generationId),
    index("cost_lines_at_brin").using("brin", table.at),
    index("cost_lines_environment_idx").on(table.environment, table.at).where(sql`${table.generationId} is null`),
  ],
);

/**
 * What the provider billed for an hour, as it was told: append-only. An hour that is told otherwise later is a row with
 * the next version; the newest counts. An hour without spend is kept as well, so that "nothing" differs from "not known".
 */
export const billingRecords = pgTable(
  "billing_records",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    environment: text("environment").notNull(),
    provider: text("provider", { enum: PROVIDER_IDS }).notNull(),
    /** The endpoint that the bill is of. */
    account: text("account").notNull(),
    hourAt: instant("hour_at").notNull(),
    version: integer("version").notNull(),
    totalMicros: micros("total_micros").notNull(),
    diskMicros: micros("disk_micros").notNull(),
    importedAt: instant("imported_at").notNull().default(databaseNow),
  },
  (table) => [
    uniqueIndex("billing_records_version_idx").on(table.environment, table.account, table.hourAt, table.version),
  ],
);

/**
 * What an account used on a UTC day by the provider's own word, in its billing unit: append-only. A day that is told
 * otherwise later is a row with the next version, as totals lag.
 */
export const usageDays = pgTable(
  "usage_days",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    environment: text("environment").notNull(),
    provider: text("provider", { enum: PROVIDER_IDS }).notNull(),
    account: text("account").notNull(),
    dayAt: instant("day_at").notNull(),
    version: integer("version").notNull(),
    units: numeric("units", { mode: "number" }).notNull(),
    importedAt: instant("imported_at").notNull().default(databaseNow),
  },
  (table) => [uniqueIndex("usage_days_version_idx").on(table.environment, table.account, table.dayAt, table.version)],
);

/** Paid time of the candidate's workers, measured by looking at them: what no job's lines hold is found by it. */
export const fleetHours = pgTable(
  "fleet_hours",
  {
    environment: text("environment").notNull(),
    endpointId: text("endpoint_id").notNull(),
    hourAt: instant("hour_at").notNull(),
    /** Of the hour, between looks that were close enough to each other. */
    coveredMs: integer("covered_ms").notNull(),
    /** Worker time: several workers make it longer than the hour. */
    paidMs: bigint("paid_ms", { mode: "number" }).notNull(),
    standingMs: bigint("standing_ms", { mode: "number" }).notNull(),
  },
  (table) => [primaryKey({ name: "fleet_hours_pk", columns: [table.environment, table.endpointId, table.hourAt] })],
);

/** The newest look at the workers, for the next one to reckon with. */
export const fleetLooks = pgTable("fleet_looks", {
  environment: text("environment").primaryKey(),
  endpointId: text("endpoint_id").notNull(),
  at: instant("at").notNull(),
  workers: jsonb("workers").$type<FleetWorker[]>().notNull(),
});
