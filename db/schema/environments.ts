import { boolean, integer, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { PHASES, REVISION_SOURCES } from "@/server/domain/vocabulary";
import { databaseNow, instant } from "./columns";

export const environments = pgTable("environments", {
  name: text("name").primaryKey(),
  /** Number of the newest revision; changed only together with the row it names, under the routing lock. */
  currentRevision: integer("current_revision").notNull(),
  createdAt: instant("created_at").notNull().default(databaseNow),
  /** Pictures of older generations are removed; null: kept for good. */
  keepImagesDays: integer("keep_images_days"),
  /** Pictures of generations accepted before this have been removed, so that no look begins at the beginning. */
  imagesExpiredBefore: instant("images_expired_before"),
});

/** The rollout's history. Append-only: a trigger refuses updates and deletes. The newest row of an environment rules. */
export const rolloutRevisions = pgTable(
  "rollout_revisions",
  {
    id: uuid("id").primaryKey(),
    environment: text("environment")
      .notNull()
      .references(() => environments.name),
    number: integer("number").notNull(),
    /** Part of new generations that go to the candidate, in basis points. */
    candidateShareBp: integer("candidate_share_bp").notNull(),
    phase: text("phase", { enum: PHASES }).notNull(),
    /** Set by a rollback: no step up until someone resumes. */
    held: boolean("held").notNull().default(false),
    /** Input of the split's hash. Kept from revision to revision, so that raising the share moves nobody back. */
    salt: text("salt").notNull(),
    source: text("source", { enum: REVISION_SOURCES }).notNull(),
    actor: text("actor").notNull(),
    reason: text("reason"),
    details: jsonb("details").$type<Record<string, unknown>>(),
    createdAt: instant("created_at").notNull().default(databaseNow),
  },
  (table) => [uniqueIndex("rollout_revisions_number_idx").on(table.environment, table.number)],
);
