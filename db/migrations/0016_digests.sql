CREATE TABLE "digest_deliveries" (
	"environment" text NOT NULL,
	"week" text NOT NULL,
	"channel" text NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"tries" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"problem" text,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"sent_at" timestamp (3) with time zone,
	CONSTRAINT "digest_deliveries_environment_week_channel_pk" PRIMARY KEY("environment","week","channel")
);
--> statement-breakpoint
CREATE TABLE "digest_settings" (
	"environment" text PRIMARY KEY NOT NULL,
	"enabled" boolean NOT NULL,
	"weekday" smallint NOT NULL,
	"hour" smallint NOT NULL,
	"time_zone" text NOT NULL,
	"emails" jsonb NOT NULL,
	"slack" boolean NOT NULL,
	"since" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_by" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "review_looks" (
	"environment" text NOT NULL,
	"on_date" date NOT NULL,
	"by" text NOT NULL,
	"at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "review_looks_environment_on_date_pk" PRIMARY KEY("environment","on_date")
);
--> statement-breakpoint
CREATE INDEX "digest_deliveries_open_idx" ON "digest_deliveries" USING btree ("next_at") WHERE "digest_deliveries"."state" in ('waiting', 'sending');