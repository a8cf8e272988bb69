CREATE TABLE "endpoint_checks" (
	"environment" text PRIMARY KEY NOT NULL,
	"endpoint_id" text NOT NULL,
	"checked_at" timestamp (3) with time zone,
	"answered_at" timestamp (3) with time zone,
	"problem" text,
	"workers" jsonb,
	"unhealthy_since" timestamp (3) with time zone,
	"throttled_since" timestamp (3) with time zone,
	"offers" jsonb,
	"offers_at" timestamp (3) with time zone,
	"pending" jsonb,
	"pending_until" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "endpoint_releases" (
	"environment" text NOT NULL,
	"endpoint_id" text NOT NULL,
	"version" integer NOT NULL,
	"is_current" boolean NOT NULL,
	"changes" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"seen_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "endpoint_releases_pk" PRIMARY KEY("environment","endpoint_id","version")
);
--> statement-breakpoint
CREATE TABLE "endpoint_snapshots" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "endpoint_snapshots_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"environment" text NOT NULL,
	"endpoint_id" text NOT NULL,
	"settings" jsonb NOT NULL,
	"origin" text NOT NULL,
	"changes" jsonb NOT NULL,
	"actor" text NOT NULL,
	"reason" text,
	"undoes" bigint,
	"at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "endpoint_snapshots_newest_idx" ON "endpoint_snapshots" USING btree ("environment","id" DESC NULLS LAST);--> statement-breakpoint
CREATE TRIGGER endpoint_snapshots_append_only BEFORE UPDATE OR DELETE ON endpoint_snapshots
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER endpoint_snapshots_no_truncate BEFORE TRUNCATE ON endpoint_snapshots
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
