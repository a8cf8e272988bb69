import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { CHECKLIST_ITEMS, CHECKLIST_STATES, type ChecklistItem, type EvidenceStep } from "@/server/domain/checklist";
import { FAILURE_MODES } from "@/server/domain/failure-modes";
import { PROVIDER_IDS, REVISION_SOURCES } from "@/server/domain/vocabulary";
import { databaseNow, instant } from "./columns";
import { environments } from "./environments";

/** What the rollback item found before it changed anything, and the newest revision that is its own. */
export interface DrillRecord {
  found: { number: number; candidateShareBp: number; phase: string; held: boolean };
  /** Number of the revision with the raised share; the one found where no raise was needed. */
  raised: number;
}

/** One execution of the testing checklist. Whoever holds the lease runs it, and writes under its fence. */
export const checklistRuns = pgTable(
  "checklist_runs",
  {
    id: uuid("id").primaryKey(),
    environment: text("environment")
      .notNull()
      .references(() => environments.name),
    provider: text("provider", { enum: PROVIDER_IDS }).notNull(),
    items: jsonb("items").$type<ChecklistItem[]>().notNull(),
    startedBy: text("started_by").notNull(),
    via: text("via", { enum: REVISION_SOURCES }).notNull(),
    /** Of the endpoint's configuration at the start. */
    configuration: text("configuration").notNull(),
    fence: integer("fence").notNull().default(0),
    owner: text("owner"),
    leaseUntil: instant("lease_until"),
    cancelRequestedBy: text("cancel_requested_by"),
    /** Set while the rollback item has the rollout in its hands: what must be put back, whoever goes on. */
    drill: jsonb("drill").$type<DrillRecord>(),
    createdAt: instant("created_at").notNull().default(databaseNow),
    startedAt: instant("started_at"),
    endedAt: instant("ended_at"),
  },
  (table) => [
    // One at a time in an environment: two would measure each other.
    uniqueIndex("checklist_runs_open_idx").on(table.environment).where(sql`${table.endedAt} is null`),
    index("checklist_runs_environment_idx").on(table.environment, table.createdAt.desc()),
  ],
);

export const checklistResults = pgTable(
  "checklist_results",
  {
    id: uuid("id").primaryKey(),
    /** Null: vouched for by a person, without a run. */
    runId: uuid("run_id").references(() => checklistRuns.id),
    environment: text("environment")
      .notNull()
      .references(() => environments.name),
    item: text("item", { enum: CHECKLIST_ITEMS }).notNull(),
    state: text("state", { enum: CHECKLIST_STATES }).notNull(),
    /** One sentence: what was found, or the person's note. */
    words: text("words"),
    failureMode: text("failure_mode", { enum: FAILURE_MODES }),
    steps: jsonb("steps").$type<EvidenceStep[]>().notNull().default([]),
    evidenceSha256: text("evidence_sha256"),
    configuration: text("configuration").notNull(),
    recordedBy: text("recorded_by").notNull(),
    startedAt: instant("started_at"),
    endedAt: instant("ended_at"),
    createdAt: instant("created_at").notNull().default(databaseNow),
  },
  (table) => [
    uniqueIndex("checklist_results_item_idx").on(table.runId, table.item),
    index("checklist_results_newest_idx").on(table.environment, table.item, table.createdAt.desc()),
  ],
);
