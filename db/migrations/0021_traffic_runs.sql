CREATE TABLE "traffic_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"environment" text NOT NULL,
	"profile" text NOT NULL,
	"rate_per_minute" integer NOT NULL,
	"duration_ms" bigint NOT NULL,
	"seed" integer NOT NULL,
	"next_index" integer DEFAULT 0 NOT NULL,
	"sent" integer DEFAULT 0 NOT NULL,
	"refused" integer DEFAULT 0 NOT NULL,
	"last_refusal" text,
	"started_by" text NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE UNIQUE INDEX "traffic_runs_open_idx" ON "traffic_runs" USING btree ("environment") WHERE "traffic_runs"."ended_at" is null;