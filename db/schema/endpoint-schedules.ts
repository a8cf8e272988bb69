import { bigint, jsonb, pgTable, smallint, text } from "drizzle-orm/pg-core";
import { databaseNow, instant } from "./columns";

/** Hours of weekdays in which an environment's endpoint keeps workers; RunPod itself keeps none. */
export const endpointSchedules = pgTable("endpoint_schedules", {
  environment: text("environment").primaryKey(),
  /** 1 is Monday. */
  weekdays: jsonb("weekdays").$type<number[]>().notNull(),
  fromHour: smallint("from_hour").notNull(),
  /** Not in it any more. */
  toHour: smallint("to_hour").notNull(),
  /** Kept in these hours, and outside of them. */
  workers: smallint("workers").notNull(),
  otherwise: smallint("otherwise").notNull(),
  timeZone: text("time_zone").notNull(),
  /** The newest state of the endpoint that it knows: a person's later change of the minimum suspends it. */
  seenSnapshot: bigint("seen_snapshot", { mode: "number" }).notNull(),
  suspendedAt: instant("suspended_at"),
  suspendedBy: text("suspended_by"),
  /** Why its newest change could not be made; null when it could. */
  problem: text("problem"),
  setBy: text("set_by").notNull(),
  setAt: instant("set_at").notNull().default(databaseNow),
});
