import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { IN_FLIGHT_CHOICES, INCIDENT_ITEMS, PROVIDER_IDS } from "@/server/domain/vocabulary";
import { databaseNow, instant } from "./columns";
import { rolloutRevisions } from "./environments";

/** Reasons given after the fact: "roll back now, explain later". The revision itself never changes. */
export const revisionReasons = pgTable(
  "revision_reasons",
  {
    id: uuid("id").primaryKey(),
    revisionId: uuid("revision_id")
      .notNull()
      .references(() => rolloutRevisions.id),
    reason: text("reason").notNull(),
    actor: text("actor").notNull(),
    createdAt: instant("created_at").notNull().default(databaseNow),
  },
  (table) => [index("revision_reasons_revision_idx").on(table.revisionId)],
);

/**
 * `IMAGE_GENERATION_PROVIDER` as last seen, from the process environment and from the env files apart. A restart with
 * an unchanged value finds it here and changes nothing.
 */
export const variableSightings = pgTable("variable_sightings", {
  source: text("source", { enum: ["process", "file"] }).primaryKey(),
  /** Null: it was not set, or held no provider's name. */
  provider: text("provider", { enum: PROVIDER_IDS }),
  /** Why the value is ignored, in words; null when it is fine. */
  problem: text("problem"),
  seenAt: instant("seen_at").notNull().default(databaseNow),
});

/** Opened by a rollback; carries the plan's emergency checklist. */
export const incidents = pgTable(
  "incidents",
  {
    id: uuid("id").primaryKey(),
    environment: text("environment").notNull(),
    /** Number of the revision that the rollback appended, and of the one it took back. */
    revision: integer("revision").notNull(),
    previousRevision: integer("previous_revision").notNull(),
    title: text("title").notNull(),
    openedBy: text("opened_by").notNull(),
    openedAt: instant("opened_at").notNull().default(databaseNow),
    inFlightChoice: text("in_flight_choice", { enum: IN_FLIGHT_CHOICES }),
    resolvedAt: instant("resolved_at"),
    resolvedBy: text("resolved_by"),
    resolution: text("resolution"),
  },
  (table) => [index("incidents_environment_idx").on(table.environment, table.openedAt.desc())],
);

export const incidentItems = pgTable(
  "incident_items",
  {
    incidentId: uuid("incident_id")
      .notNull()
      .references(() => incidents.id),
    item: text("item", { enum: INCIDENT_ITEMS }).notNull(),
    done: boolean("done").notNull().default(false),
    /** What was found, and when: `{ "roundTripMs": 210 }`, `{ "tookMs": 84000, "errorRate": 0.011 }`. */
    evidence: jsonb("evidence").$type<Record<string, unknown>>(),
    doneAt: instant("done_at"),
    doneBy: text("done_by"),
  },
  (table) => [primaryKey({ columns: [table.incidentId, table.item] })],
);

/** The newest live check of each provider: readiness, before it burns. */
export const providerChecks = pgTable(
  "provider_checks",
  {
    environment: text("environment").notNull(),
    provider: text("provider", { enum: PROVIDER_IDS }).notNull(),
    ok: boolean("ok").notNull(),
    roundTripMs: integer("round_trip_ms"),
    problem: text("problem"),
    checkedWhat: text("checked_what").notNull(),
    checkedAt: instant("checked_at").notNull().default(databaseNow),
    failingSince: instant("failing_since"),
  },
  (table) => [primaryKey({ columns: [table.environment, table.provider] })],
);

/** What an environment's operators have set; a key that is absent has the plan's default. */
export const environmentPolicies = pgTable("environment_policies", {
  environment: text("environment").primaryKey(),
  policy: jsonb("policy").$type<Record<string, unknown>>().notNull(),
  updatedAt: instant("updated_at").notNull().default(databaseNow),
  updatedBy: text("updated_by").notNull(),
});

/** The plan's tick boxes that only a person can tick, with name and note. */
export const phaseTasks = pgTable(
  "phase_tasks",
  {
    environment: text("environment").notNull(),
    task: text("task").notNull(),
    doneBy: text("done_by").notNull(),
    note: text("note").notNull(),
    doneAt: instant("done_at").notNull().default(databaseNow),
  },
  (table) => [primaryKey({ columns: [table.environment, table.task] })],
);
