import { sql } from "drizzle-orm";
import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, smallint, text } from "drizzle-orm/pg-core";
import { FAILURE_MODES } from "@/server/domain/failure-modes";
import { COLD_CLASSES, OPERATIONS, PROVIDER_IDS, SOURCES } from "@/server/domain/vocabulary";
import { bytea, instant, micros } from "./columns";

/**
 * What ended, written by the statement that ends it and complete in itself. A chore moves it into the roll-ups in one
 * transaction; what still stands here is added by every view. See `MetricEvent` for the columns.
 */
export const rollupOutbox = pgTable(
  "rollup_outbox",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    kind: text("kind", { enum: ["generation", "attempt", "cost"] }).notNull(),
    sign: smallint("sign").notNull().default(1),
    environment: text("environment").notNull(),
    source: text("source", { enum: SOURCES }).notNull(),
    provider: text("provider", { enum: PROVIDER_IDS }).notNull(),
    operation: text("operation", { enum: OPERATIONS }).notNull(),
    model: text("model").notNull().default(""),
    bucketAt: instant("bucket_at").notNull(),
    state: text("state").notNull(),
    coldClass: text("cold_class", { enum: COLD_CLASSES }),
    failureMode: text("failure_mode", { enum: FAILURE_MODES }),
    endedAt: instant("ended_at"),
    images: smallint("images").default(0),
    latencyMs: integer("latency_ms"),
    delayMs: integer("delay_ms"),
    executionMs: integer("execution_ms"),
    storeMs: integer("store_ms"),
    startUpMs: integer("start_up_ms"),
    startUpMicros: micros("start_up_micros"),
    costMicros: micros("cost_micros"),
    baselineMicros: micros("baseline_micros"),
  },
  (table) => [index("rollup_outbox_bucket_idx").on(table.environment, table.bucketAt)],
);

/**
 * Sums and distributions of one bucket. `isTotal` rows are of a whole population (its name stands in `source`), so that
 * a point of a chart costs one row a provider; the others are by source, operation, model and class of start.
 */
export const rollups = pgTable(
  "rollups",
  {
    environment: text("environment").notNull(),
    widthMs: integer("width_ms").notNull(),
    isTotal: boolean("is_total").notNull(),
    startAt: instant("start_at").notNull(),
    provider: text("provider", { enum: PROVIDER_IDS }).notNull(),
    source: text("source").notNull(),
    /** `*` in totals. */
    operation: text("operation").notNull(),
    model: text("model").notNull(),
    /** `*` in totals, empty where there is none. */
    coldClass: text("cold_class").notNull(),
    /** Counters and failures; distributions of latency; those of parts of attempts. See `stored-measures.ts`. */
    numbers: text("numbers"),
    latencies: text("latencies"),
    parts: text("parts"),
    /** Of totals: what a point shows of the distributions. Null: not known, so they have to be read. See `stored-quantiles.ts`. */
    quantiles: text("quantiles"),
    /** A row from before those three (they are null) stands in these four, which are empty in all others. */
    counters: jsonb("counters").$type<Record<string, number>>().notNull().default({}),
    failures: jsonb("failures").$type<Record<string, { n: number; lastSeenMs: number }>>().notNull().default({}),
    attemptFailures: jsonb("attempt_failures")
      .$type<Record<string, { n: number; lastSeenMs: number }>>()
      .notNull()
      .default({}),
    sketches: bytea("sketches").notNull().default(sql`'\\x'::bytea`),
  },
  (table) => [
    primaryKey({
      name: "rollups_pk",
      columns: [
        table.environment,
        table.widthMs,
        table.isTotal,
        table.startAt,
        table.provider,
        table.source,
        table.operation,
        table.model,
        table.coldClass,
      ],
    }),
  ],
);

/**
 * Widths whose roll-ups are not all made yet: instead of them those of `standInMs` are read, which add up to the same.
 * Empty but after an upgrade, and where a release that does not know these widths has written roll-ups beside this one.
 */
export const rollupStandIns = pgTable(
  "rollup_stand_ins",
  {
    environment: text("environment").notNull(),
    widthMs: integer("width_ms").notNull(),
    standInMs: integer("stand_in_ms").notNull(),
    /** Roll-ups that begin before are made; null: none is. */
    madeTo: instant("made_to"),
  },
  (table) => [primaryKey({ name: "rollup_stand_ins_pk", columns: [table.environment, table.widthMs] })],
);
