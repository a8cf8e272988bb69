import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, smallint, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import type { DecisionReceipt } from "@/server/domain/decision";
import { FAILURE_MODES } from "@/server/domain/failure-modes";
import type { GenerationParams } from "@/server/domain/generation-request";
import {
  ATTEMPT_REASONS,
  COLD_CLASSES,
  GENERATION_STATES,
  OPERATIONS,
  PROVIDER_IDS,
  SOURCES,
} from "@/server/domain/vocabulary";
import { databaseNow, instant, micros } from "./columns";

/**
 * One row a generation, and the job itself: who works on it (`lease…`, `fence`) and when it is due (`nextAt`) stand
 * here, so state, cost and work change in one transaction. Kept narrow: texts and JSON live in `generation_requests`.
 */
export const generations = pgTable(
  "generations",
  {
    id: uuid("id").primaryKey(),
    environment: text("environment").notNull(),
    /** Whose idempotency keys these are, such as `key:<api key id>` or `user:<id>`. */
    scope: text("scope").notNull(),
    idempotencyKey: text("idempotency_key"),
    /** SHA-256 (hex) of the canonical request; the same key with another hash is refused. */
    bodyHash: text("body_hash").notNull(),
    source: text("source", { enum: SOURCES }).notNull(),
    operation: text("operation", { enum: OPERATIONS }).notNull(),
    state: text("state", { enum: GENERATION_STATES }).notNull().default("queued"),
    /** Provider of the newest decision; of the attempt that succeeded once there is one. */
    provider: text("provider", { enum: PROVIDER_IDS }).notNull(),
    forcedProvider: text("forced_provider", { enum: PROVIDER_IDS }),
    /** Revision of the newest decision. */
    revision: integer("revision").notNull(),
    /** May another provider be tried when this one fails? Fixed at acceptance. */
    fallbackAllowed: boolean("fallback_allowed").notNull(),
    model: text("model"),
    coldClass: text("cold_class", { enum: COLD_CLASSES }),
    failureMode: text("failure_mode", { enum: FAILURE_MODES }),
    /** What the next attempt will be, decided when the last one failed. */
    nextReason: text("next_reason", { enum: ATTEMPT_REASONS }).notNull().default("primary"),
    attemptCount: smallint("attempt_count").notNull().default(0),
    /** Null: how many were delivered is not known, as in some imported history. */
    imageCount: smallint("image_count").default(0),
    /** Acceptance to images stored and readable; null until terminal. */
    latencyMs: integer("latency_ms"),
    /** Sum of the cost lines; null while nothing is settled or where a price is missing. */
    costMicros: micros("cost_micros"),
    /** The same work at the control's price of that day; null where that price is missing. */
    baselineMicros: micros("baseline_micros"),
    createdAt: instant("created_at").notNull().default(databaseNow),
    deadlineAt: instant("deadline_at").notNull(),
    finishedAt: instant("finished_at"),
    cancelRequestedAt: instant("cancel_requested_at"),
    /** An operator left its provider and wants the job stopped there and sent again, by the route in force. */
    resendRequestedAt: instant("resend_requested_at"),

    nextAt: instant("next_at").notNull().default(databaseNow),
    leaseUntil: instant("lease_until"),
    leaseOwner: text("lease_owner"),
    /** Rises with every claim; every write of a worker is conditional on the one it holds. */
    fence: integer("fence").notNull().default(0),
    /** Claims that followed a lease which ran out with its holder gone; three end the generation. */
    crashCount: smallint("crash_count").notNull().default(0),
    pollCount: integer("poll_count").notNull().default(0),
  },
  (table) => [
    // Partial: a generation without a key has nothing to find here, and each update would write an entry.
    uniqueIndex("generations_idempotency_idx")
      .on(table.scope, table.idempotencyKey)
      .where(sql`${table.idempotencyKey} is not null`),
    // Partial: workers ask for what is due every tick, and open rows are few among all.
    index("generations_due_idx").on(table.nextAt).where(sql`${table.finishedAt} is null`),
    // What may be sent: one lane's rows of one revision, oldest due first. Those of an older revision are few or none.
    index("generations_queue_idx")
      .on(table.environment, table.provider, table.revision, table.nextAt)
      .where(sql`${table.finishedAt} is null and ${table.state} = 'queued'`),
    // Newest first in an environment, with the id as keyset.
    index("generations_list_idx").on(table.environment, table.id.desc()),
    // Slowest and dearest first, and the other way round. Partial: an open generation has neither number yet.
    index("generations_latency_idx")
      .on(table.environment, table.latencyMs, table.id)
      .where(sql`${table.latencyMs} is not null`),
    index("generations_cost_idx")
      .on(table.environment, table.costMicros, table.id)
      .where(sql`${table.costMicros} is not null`),
    // A bucket of a chart, and the table behind it. Imported history comes in any order, so BRIN would not do.
    index("generations_created_idx").on(table.environment, table.createdAt),
  ],
);

/** The wide part of a generation: what was asked, who asked, why it was routed where. */
export const generationRequests = pgTable(
  "generation_requests",
  {
    generationId: uuid("generation_id")
      .primaryKey()
      .references(() => generations.id),
    params: jsonb("params").$type<GenerationParams>().notNull(),
    prompt: text("prompt"),
    stickyKey: text("sticky_key").notNull(),
    /** SHA-256 of the stored input image. */
    inputSha256: text("input_sha256"),
    receipt: jsonb("receipt").$type<DecisionReceipt>().notNull(),
    caller: text("caller").notNull(),
    warnings: jsonb("warnings").$type<string[]>().notNull().default([]),
  },
  (table) => [index("generation_requests_words_idx").using("gin", wordsIn(table.prompt))],
);

/**
 * The words of a prompt, for `@@`: whatever is no letter and no digit parts them, so that "4k,photo" holds both and no
 * address or number is one word. In this form, to the letter, the index knows them.
 */
export function wordsIn(text: SQLWrapper): SQL {
  return sql`to_tsvector('simple'::regconfig, regexp_replace(${text}, '[^[:alnum:]]+', ' ', 'g'))`;
}
