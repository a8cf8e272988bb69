CREATE TABLE "environment_policies" (
	"environment" text PRIMARY KEY NOT NULL,
	"policy" jsonb NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_by" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "incident_items" (
	"incident_id" uuid NOT NULL,
	"item" text NOT NULL,
	"done" boolean DEFAULT false NOT NULL,
	"evidence" jsonb,
	"done_at" timestamp (3) with time zone,
	"done_by" text,
	CONSTRAINT "incident_items_incident_id_item_pk" PRIMARY KEY("incident_id","item")
);
--> statement-breakpoint
CREATE TABLE "incidents" (
	"id" uuid PRIMARY KEY NOT NULL,
	"environment" text NOT NULL,
	"revision" integer NOT NULL,
	"previous_revision" integer NOT NULL,
	"title" text NOT NULL,
	"opened_by" text NOT NULL,
	"opened_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"in_flight_choice" text,
	"resolved_at" timestamp (3) with time zone,
	"resolved_by" text,
	"resolution" text
);
--> statement-breakpoint
CREATE TABLE "phase_tasks" (
	"environment" text NOT NULL,
	"task" text NOT NULL,
	"done_by" text NOT NULL,
	"note" text NOT NULL,
	"done_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "phase_tasks_environment_task_pk" PRIMARY KEY("environment","task")
);
--> statement-breakpoint
CREATE TABLE "provider_checks" (
	"environment" text NOT NULL,
	"provider" text NOT NULL,
	"ok" boolean NOT NULL,
	"round_trip_ms" integer,
	"problem" text,
	"checked_what" text NOT NULL,
	"checked_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"failing_since" timestamp (3) with time zone,
	CONSTRAINT "provider_checks_environment_provider_pk" PRIMARY KEY("environment","provider")
);
--> statement-breakpoint
CREATE TABLE "revision_reasons" (
	"id" uuid PRIMARY KEY NOT NULL,
	"revision_id" uuid NOT NULL,
	"reason" text NOT NULL,
	"actor" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "variable_sightings" (
	"source" text PRIMARY KEY NOT NULL,
	"provider" text,
	"problem" text,
	"seen_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "incident_items" ADD CONSTRAINT "incident_items_incident_id_incidents_id_fk" FOREIGN KEY ("incident_id") REFERENCES "public"."incidents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "revision_reasons" ADD CONSTRAINT "revision_reasons_revision_id_rollout_revisions_id_fk" FOREIGN KEY ("revision_id") REFERENCES "public"."rollout_revisions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "incidents_environment_idx" ON "incidents" USING btree ("environment","opened_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "revision_reasons_revision_idx" ON "revision_reasons" USING btree ("revision_id");