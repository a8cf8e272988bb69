CREATE TABLE "batch_calls" (
	"batch_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"provider" text NOT NULL,
	"prompt" text NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"generation_id" uuid,
	"reserved_micros" bigint,
	"cost_micros" bigint,
	"latency_ms" integer,
	"failure_mode" text,
	"words" text,
	CONSTRAINT "batch_calls_pk" PRIMARY KEY("batch_id","position","provider")
);
--> statement-breakpoint
CREATE TABLE "batches" (
	"id" uuid PRIMARY KEY NOT NULL,
	"environment" text NOT NULL,
	"name" text NOT NULL,
	"params" jsonb NOT NULL,
	"cap_micros" bigint NOT NULL,
	"started_by" text NOT NULL,
	"is_paused" boolean DEFAULT false NOT NULL,
	"cancel_requested_by" text,
	"outcome" text,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "batch_calls" ADD CONSTRAINT "batch_calls_batch_id_batches_id_fk" FOREIGN KEY ("batch_id") REFERENCES "public"."batches"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "batches" ADD CONSTRAINT "batches_environment_environments_name_fk" FOREIGN KEY ("environment") REFERENCES "public"."environments"("name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "batches_environment_idx" ON "batches" USING btree ("environment","created_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "batches_open_idx" ON "batches" USING btree ("created_at") WHERE "batches"."ended_at" is null;