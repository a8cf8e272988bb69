import { sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { BATCH_CALL_STATES, BATCH_OUTCOMES, type BatchParams, BLIND_CHOICES } from "@/server/domain/batch";
import { FAILURE_MODES } from "@/server/domain/failure-modes";
import { PROVIDER_IDS } from "@/server/domain/vocabulary";
import { databaseNow, instant, micros } from "./columns";
import { environments } from "./environments";

/** A list of prompts, each made by both providers, within a cap of money. */
export const batches = pgTable(
  "batches",
  {
    id: uuid("id").primaryKey(),
    environment: text("environment")
      .notNull()
      .references(() => environments.name),
    name: text("name").notNull(),
    params: jsonb("params").$type<BatchParams>().notNull(),
    capMicros: micros("cap_micros").notNull(),
    startedBy: text("started_by").notNull(),
    isPaused: boolean("is_paused").notNull().default(false),
    cancelRequestedBy: text("cancel_requested_by"),
    outcome: text("outcome", { enum: BATCH_OUTCOMES }),
    createdAt: instant("created_at").notNull().default(databaseNow),
    endedAt: instant("ended_at"),
  },
  (table) => [
    index("batches_environment_idx").on(table.environment, table.createdAt.desc()),
    index("batches_open_idx").on(table.createdAt).where(sql`${table.endedAt} is null`),
  ],
);

/** One picture at one provider. `running` is written before it is asked for, so that the cap counts it. */
export const batchCalls = pgTable(
  "batch_calls",
  {
    batchId: uuid("batch_id")
      .notNull()
      .references(() => batches.id),
    position: integer("position").notNull(),
    provider: text("provider", { enum: PROVIDER_IDS }).notNull(),
    prompt: text("prompt").notNull(),
    state: text("state", { enum: BATCH_CALL_STATES }).notNull().default("waiting"),
    generationId: uuid("generation_id"),
    /** What it may cost, set aside while it runs. */
    reservedMicros: micros("reserved_micros"),
    costMicros: micros("cost_micros"),
    latencyMs: integer("latency_ms"),
    failureMode: text("failure_mode", { enum: FAILURE_MODES }),
    words: text("words"),
  },
  (table) => [primaryKey({ name: "batch_calls_pk", columns: [table.batchId, table.position, table.provider] })],
);

/** What a person chose of a pair without knowing which provider made which. */
export const batchVotes = pgTable(
  "batch_votes",
  {
    batchId: uuid("batch_id")
      .notNull()
      .references(() => batches.id),
    position: integer("position").notNull(),
    voter: text("voter").notNull(),
    choice: text("choice", { enum: BLIND_CHOICES }).notNull(),
    /** Which provider's picture stood on the left: a habit of one side can be told from a preference. */
    left: text("left_provider", { enum: PROVIDER_IDS }).notNull(),
    at: instant("at").notNull().default(databaseNow),
  },
  (table) => [primaryKey({ name: "batch_votes_pk", columns: [table.batchId, table.position, table.voter] })],
);
