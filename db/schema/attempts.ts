import { sql } from "drizzle-orm";
import { index, integer, jsonb, numeric, pgTable, smallint, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import type { ColdStartEvidence } from "@/server/domain/cold-start";
import type { DecisionReceipt } from "@/server/domain/decision";
import { FAILURE_MODES } from "@/server/domain/failure-modes";
import { ATTEMPT_REASONS, ATTEMPT_STATES, COLD_CLASSES, PROVIDER_IDS } from "@/server/domain/vocabulary";
import { databaseNow, instant, micros } from "./columns";
import { generations } from "./generations";

/**
 * One job at one provider, written as an intent with its price reservation before the provider is called: a
 * provider's job without a row here cannot exist.
 */
export const attempts = pgTable(
  "attempts",
  {
    id: uuid("id").primaryKey(),
    generationId: uuid("generation_id")
      .notNull()
      .references(() => generations.id),
    number: smallint("number").notNull(),
    environment: text("environment").notNull(),
    provider: text("provider", { enum: PROVIDER_IDS }).notNull(),
    reason: text("reason", { enum: ATTEMPT_REASONS }).notNull(),
    /** A trigger refuses an intent whose revision is not the environment's current one. */
    revision: integer("revision").notNull(),
    receipt: jsonb("receipt").$type<DecisionReceipt>().notNull(),
    state: text("state", { enum: ATTEMPT_STATES }).notNull().default("intent"),
    jobId: text("job_id"),
    model: text("model"),
    /** Money set aside before the call; settled by the cost lines. Null where no price is known. */
    reservedMicros: micros("reserved_micros"),
    costMicros: micros("cost_micros"),
    quotedUnits: numeric("quoted_units", { mode: "number" }),
    billedUnits: numeric("billed_units", { mode: "number" }),
    delayMs: integer("delay_ms"),
    executionMs: integer("execution_ms"),
    /** Result known to images stored, checked and read back. */
    storeMs: integer("store_ms"),
    workerId: text("worker_id"),
    coldClass: text("cold_class", { enum: COLD_CLASSES }),
    coldRule: smallint("cold_rule"),
    coldBecause: text("cold_because"),
    startUpMs: integer("start_up_ms"),
    evidence: jsonb("evidence").$type<ColdStartEvidence>(),
    failureMode: text("failure_mode", { enum: FAILURE_MODES }),
    failureMessage: text("failure_message"),
    /** The provider's own words, at most 4 KB, free of secrets. */
    failureRaw: text("failure_raw"),
    httpStatus: smallint("http_status"),
    /** Answers in a row in which the provider did not know the job. */
    missingCount: smallint("missing_count").notNull().default(0),
    /** When an ambiguous attempt's job is asked for again (null: now), so that one without an answer does not keep others waiting. */
    lookAt: instant("look_at"),
    createdAt: instant("created_at").notNull().default(databaseNow),
    deadlineAt: instant("deadline_at").notNull(),
    submittedAt: instant("submitted_at"),
    startedAt: instant("started_at"),
    finishedAt: instant("finished_at"),
  },
  (table) => [
    uniqueIndex("attempts_number_idx").on(table.generationId, table.number),
    // By its operators a beginning is found as well, whatever the database's collation.
    index("attempts_job_idx").on(table.jobId.op("text_pattern_ops")),
    // "When did a job of ours last end on this worker?": evidence for a cold start.
    index("attempts_worker_idx").on(table.workerId, table.finishedAt.desc()),
    // Jobs to settle that nobody waits for: a handful among all.
    index("attempts_orphans_idx")
      .on(table.lookAt)
      .where(sql`${table.state} = 'ambiguous' and ${table.jobId} is not null`),
    index("attempts_created_brin").using("brin", table.createdAt),
  ],
);
