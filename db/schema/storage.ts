import { bigint, boolean, index, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { STORAGE_FAULTS, type StorageCheck } from "@/server/domain/storage";
import { PROVIDER_IDS } from "@/server/domain/vocabulary";
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

/** Requests to the bucket as it bills them, by UTC day. Every process adds what it made. */
export const bucketDays = pgTable(
  "bucket_days",
  {
    bucket: text("bucket").notNull(),
    dayAt: instant("day_at").notNull(),
    classA: bigint("class_a", { mode: "number" }).notNull(),
    classB: bigint("class_b", { mode: "number" }).notNull(),
    free: bigint("free", { mode: "number" }).notNull(),
  },
  (table) => [primaryKey({ name: "bucket_days_pk", columns: [table.bucket, table.dayAt] })],
);

/**
 * How many of its batches of counts a process has added to `bucket_days`, in order. A batch whose answer was lost is sent
 * again under its number, and is passed over where it is in already. Rows that were not touched for days say nothing any more.
 */
export const bucketWriters = pgTable("bucket_writers", {
  id: uuid("id").primaryKey(),
  batches: bigint("batches", { mode: "number" }).notNull(),
  at: instant("at").notNull(),
});

/** What lay in the bucket when the most lay there on that day, by whose pictures it is. */
export const bucketBytes = pgTable(
  "bucket_bytes",
  {
    bucket: text("bucket").notNull(),
    dayAt: instant("day_at").notNull(),
    environment: text("environment").notNull(),
    provider: text("provider", { enum: PROVIDER_IDS }).notNull(),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
    lookedAt: instant("looked_at").notNull(),
  },
  (table) => [
    primaryKey({ name: "bucket_bytes_pk", columns: [table.bucket, table.dayAt, table.environment, table.provider] }),
  ],
);

/** How a running instance finds its stores: its disk, and what R2 answers it, are seen by nobody else. */
export const storageLooks = pgTable("storage_looks", {
  /** `<host>:<process number>:<random>`. */
  instance: text("instance").primaryKey(),
  diskId: text("disk_id").notNull(),
  /** What R2 lately failed with, unless it has taken something since. */
  fault: text("fault", { enum: STORAGE_FAULTS }),
  /** In words without secrets. */
  problem: text("problem"),
  failedAt: instant("failed_at"),
  /** When it last moved a picture from its disk to R2. */
  movedAt: instant("moved_at"),
  /** Why it can keep no picture; null while it could. */
  roomProblem: text("room_problem"),
  lookedAt: instant("looked_at").notNull().default(databaseNow),
});
