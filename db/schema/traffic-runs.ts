import { sql } from "drizzle-orm";
import { bigint, integer, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { TRAFFIC_PROFILES } from "@/server/domain/traffic";
import { databaseNow, instant } from "./columns";

/** Sample traffic that somebody started in the console: a chore sends what is due by now, whichever process it runs in. */
export const trafficRuns = pgTable(
  "traffic_runs",
  {
    id: uuid("id").primaryKey(),
    environment: text("environment").notNull(),
    profile: text("profile", { enum: TRAFFIC_PROFILES }).notNull(),
    ratePerMinute: integer("rate_per_minute").notNull(),
    durationMs: bigint("duration_ms", { mode: "number" }).notNull(),
    seed: integer("seed").notNull(),
    /** The next request's place in the plan. */
    nextIndex: integer("next_index").notNull().default(0),
    sent: integer("sent").notNull().default(0),
    refused: integer("refused").notNull().default(0),
    lastRefusal: text("last_refusal"),
    startedBy: text("started_by").notNull(),
    startedAt: instant("started_at").notNull().default(databaseNow),
    endedAt: instant("ended_at"),
  },
  (table) => [uniqueIndex("traffic_runs_open_idx").on(table.environment).where(sql`${table.endedAt} is null`)],
);
