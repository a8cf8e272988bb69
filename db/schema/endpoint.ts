import { sql } from "drizzle-orm";
import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import type { FieldChange } from "@/server/domain/endpoint/differences";
import type {
  EndpointChange,
  EndpointRelease,
  EndpointSettings,
  GpuOffer,
  LiveWorkers,
} from "@/server/domain/endpoint/settings";
import { databaseNow, instant } from "./columns";

/**
 * The candidate's endpoint as it was set at RunPod, a row whenever it became different: append-only. `first`: how we
 * found it. `ours`: by a person through us. `outside`: somebody changed it elsewhere, or RunPod did.
 */
export const endpointSnapshots = pgTable(
  "endpoint_snapshots",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    environment: text("environment").notNull(),
    endpointId: text("endpoint_id").notNull(),
    settings: jsonb("settings").$type<EndpointSettings>().notNull(),
    origin: text("origin", { enum: ["first", "ours", "outside"] }).notNull(),
    changes: jsonb("changes").$type<FieldChange[]>().notNull(),
    actor: text("actor").notNull(),
    reason: text("reason"),
    /** The snapshot that this one took back. */
    undoes: bigint("undoes", { mode: "number" }),
    at: instant("at").notNull().default(databaseNow),
  },
  (table) => [index("endpoint_snapshots_newest_idx").on(table.environment, table.id.desc())],
);

/** A change that is under way: written before RunPod is asked, so that one which outlives us is known as ours. */
export interface PendingEndpointChange {
  change: EndpointChange;
  actor: string;
  via: "console" | "cli" | "api" | "automation";
  reason: string;
  requestId: string | null;
  undoes: number | null;
}

/** The newest look at an environment's endpoint, and what is under way with it. */
export const endpointChecks = pgTable("endpoint_checks", {
  environment: text("environment").primaryKey(),
  endpointId: text("endpoint_id").notNull(),
  checkedAt: instant("checked_at"),
  /** When RunPod last answered. */
  answeredAt: instant("answered_at"),
  /** Why the last look failed, in words; null when it did not. */
  problem: text("problem"),
  workers: jsonb("workers").$type<LiveWorkers>(),
  unhealthySince: instant("unhealthy_since"),
  throttledSince: instant("throttled_since"),
  offers: jsonb("offers").$type<GpuOffer[]>(),
  offersAt: instant("offers_at"),
  pending: jsonb("pending").$type<PendingEndpointChange>(),
  pendingUntil: instant("pending_until"),
  /** `checkedAt` of the look that the guardian judged last: each look counts once, whoever judges it. */
  judgedAt: instant("judged_at"),
});

/**
 * What GPU a worker runs on, as looks told: a job tells only its worker. A worker that no look ever found has no row, and
 * its jobs' GPU is unknown.
 */
export const endpointWorkers = pgTable("endpoint_workers", {
  /** RunPod's, the same for all environments that share the endpoint. */
  workerId: text("worker_id").primaryKey(),
  gpuType: text("gpu_type").notNull(),
  seenAt: instant("seen_at").notNull().default(databaseNow),
});

export const endpointReleases = pgTable(
  "endpoint_releases",
  {
    environment: text("environment").notNull(),
    endpointId: text("endpoint_id").notNull(),
    version: integer("version").notNull(),
    isCurrent: boolean("is_current").notNull(),
    changes: jsonb("changes").$type<EndpointRelease["changes"]>().notNull().default(sql`'[]'::jsonb`),
    createdAt: instant("created_at").notNull(),
    seenAt: instant("seen_at").notNull().default(databaseNow),
  },
  (table) => [
    primaryKey({ name: "endpoint_releases_pk", columns: [table.environment, table.endpointId, table.version] }),
  ],
);
