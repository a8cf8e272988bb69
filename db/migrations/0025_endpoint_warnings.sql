CREATE TABLE "endpoint_warnings" (
	"id" uuid PRIMARY KEY NOT NULL,
	"environment" text NOT NULL,
	"endpoint_id" text NOT NULL,
	"key" text NOT NULL,
	"level" text NOT NULL,
	"state" text NOT NULL,
	"title" text NOT NULL,
	"says" text NOT NULL,
	"todo" text NOT NULL,
	"looks" integer NOT NULL,
	"opened_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"fired_at" timestamp (3) with time zone,
	"resolved_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "warning_deliveries" (
	"warning_id" uuid NOT NULL,
	"event" text NOT NULL,
	"channel" text NOT NULL,
	"environment" text NOT NULL,
	"subject" text NOT NULL,
	"body" text NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"tries" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"problem" text,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"sent_at" timestamp (3) with time zone,
	CONSTRAINT "warning_deliveries_warning_id_event_channel_pk" PRIMARY KEY("warning_id","event","channel")
);
--> statement-breakpoint
ALTER TABLE "digest_settings" ADD COLUMN "warnings" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "endpoint_checks" ADD COLUMN "judged_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "warning_deliveries" ADD CONSTRAINT "warning_deliveries_warning_id_endpoint_warnings_id_fk" FOREIGN KEY ("warning_id") REFERENCES "public"."endpoint_warnings"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "endpoint_warnings_open_idx" ON "endpoint_warnings" USING btree ("environment","key") WHERE "endpoint_warnings"."resolved_at" is null;--> statement-breakpoint
CREATE INDEX "endpoint_warnings_newest_idx" ON "endpoint_warnings" USING btree ("environment","opened_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "warning_deliveries_open_idx" ON "warning_deliveries" USING btree ("environment","next_at") WHERE "warning_deliveries"."state" in ('waiting', 'sending');