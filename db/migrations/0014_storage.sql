CREATE TABLE "checklist_results" (
	"id" uuid PRIMARY KEY NOT NULL,
	"run_id" uuid,
	"environment" text NOT NULL,
	"item" text NOT NULL,
	"state" text NOT NULL,
	"words" text,
	"failure_mode" text,
	"steps" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"evidence_sha256" text,
	"configuration" text NOT NULL,
	"recorded_by" text NOT NULL,
	"started_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "checklist_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"environment" text NOT NULL,
	"provider" text NOT NULL,
	"items" jsonb NOT NULL,
	"started_by" text NOT NULL,
	"via" text NOT NULL,
	"configuration" text NOT NULL,
	"fence" integer DEFAULT 0 NOT NULL,
	"owner" text,
	"lease_until" timestamp (3) with time zone,
	"cancel_requested_by" text,
	"drill" jsonb,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"started_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "environments" ADD COLUMN "keep_images_days" integer;--> statement-breakpoint
ALTER TABLE "environments" ADD COLUMN "images_expired_before" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "images" ADD COLUMN "disk_id" text;--> statement-breakpoint
ALTER TABLE "images" ADD COLUMN "expired_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "checklist_results" ADD CONSTRAINT "checklist_results_run_id_checklist_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."checklist_runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "checklist_results" ADD CONSTRAINT "checklist_results_environment_environments_name_fk" FOREIGN KEY ("environment") REFERENCES "public"."environments"("name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "checklist_runs" ADD CONSTRAINT "checklist_runs_environment_environments_name_fk" FOREIGN KEY ("environment") REFERENCES "public"."environments"("name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "checklist_results_item_idx" ON "checklist_results" USING btree ("run_id","item");--> statement-breakpoint
CREATE INDEX "checklist_results_newest_idx" ON "checklist_results" USING btree ("environment","item","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE UNIQUE INDEX "checklist_runs_open_idx" ON "checklist_runs" USING btree ("environment") WHERE "checklist_runs"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "checklist_runs_environment_idx" ON "checklist_runs" USING btree ("environment","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "images_on_disk_idx" ON "images" USING btree ("created_at","id") WHERE "images"."location" = 'disk' and "images"."expired_at" is null;