CREATE TABLE "attempts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"generation_id" uuid NOT NULL,
	"number" smallint NOT NULL,
	"environment" text NOT NULL,
	"provider" text NOT NULL,
	"reason" text NOT NULL,
	"revision" integer NOT NULL,
	"receipt" jsonb NOT NULL,
	"state" text DEFAULT 'intent' NOT NULL,
	"job_id" text,
	"model" text,
	"reserved_micros" bigint,
	"cost_micros" bigint,
	"quoted_units" numeric,
	"billed_units" numeric,
	"delay_ms" integer,
	"execution_ms" integer,
	"store_ms" integer,
	"worker_id" text,
	"cold_class" text,
	"cold_rule" smallint,
	"cold_because" text,
	"start_up_ms" integer,
	"evidence" jsonb,
	"failure_mode" text,
	"failure_message" text,
	"failure_raw" text,
	"http_status" smallint,
	"missing_count" smallint DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"deadline_at" timestamp (3) with time zone NOT NULL,
	"submitted_at" timestamp (3) with time zone,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "audit_entries" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"via" text NOT NULL,
	"action" text NOT NULL,
	"target" text,
	"environment" text,
	"before" jsonb,
	"after" jsonb,
	"reason" text,
	"request_id" text,
	"previous_hash" text NOT NULL,
	"hash" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_head" (
	"id" text PRIMARY KEY DEFAULT 'head' NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"hash" text DEFAULT '' NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "accounts" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"user_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp (3) with time zone,
	"refresh_token_expires_at" timestamp (3) with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"hash" text NOT NULL,
	"environment" text NOT NULL,
	"scopes" text[] NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "rate_limits" (
	"id" text PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"count" integer NOT NULL,
	"last_request" bigint NOT NULL,
	CONSTRAINT "rate_limits_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"token" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"user_id" text NOT NULL,
	CONSTRAINT "sessions_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"role" text DEFAULT 'admin' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "users_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "verifications" (
	"id" text PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "environments" (
	"name" text PRIMARY KEY NOT NULL,
	"current_revision" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rollout_revisions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"environment" text NOT NULL,
	"number" integer NOT NULL,
	"candidate_share_bp" integer NOT NULL,
	"phase" text NOT NULL,
	"held" boolean DEFAULT false NOT NULL,
	"salt" text NOT NULL,
	"source" text NOT NULL,
	"actor" text NOT NULL,
	"reason" text,
	"details" jsonb,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "generation_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "generation_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"generation_id" uuid NOT NULL,
	"attempt_id" uuid,
	"kind" text NOT NULL,
	"terminal" boolean DEFAULT false NOT NULL,
	"data" jsonb,
	"at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "generation_requests" (
	"generation_id" uuid PRIMARY KEY NOT NULL,
	"params" jsonb NOT NULL,
	"prompt" text,
	"sticky_key" text NOT NULL,
	"input_sha256" text,
	"receipt" jsonb NOT NULL,
	"caller" text NOT NULL,
	"warnings" jsonb DEFAULT '[]'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "generations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"environment" text NOT NULL,
	"scope" text NOT NULL,
	"idempotency_key" text,
	"body_hash" text NOT NULL,
	"source" text NOT NULL,
	"operation" text NOT NULL,
	"state" text DEFAULT 'queued' NOT NULL,
	"provider" text NOT NULL,
	"forced_provider" text,
	"revision" integer NOT NULL,
	"fallback_allowed" boolean NOT NULL,
	"model" text,
	"cold_class" text,
	"failure_mode" text,
	"attempt_count" smallint DEFAULT 0 NOT NULL,
	"image_count" smallint DEFAULT 0 NOT NULL,
	"latency_ms" integer,
	"cost_micros" bigint,
	"baseline_micros" bigint,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"deadline_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone,
	"cancel_requested_at" timestamp (3) with time zone,
	"next_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"lease_owner" text,
	"fence" integer DEFAULT 0 NOT NULL,
	"crash_count" smallint DEFAULT 0 NOT NULL,
	"poll_count" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "images" (
	"id" uuid PRIMARY KEY NOT NULL,
	"generation_id" uuid NOT NULL,
	"attempt_id" uuid,
	"role" text NOT NULL,
	"position" smallint NOT NULL,
	"sha256" text NOT NULL,
	"mime_type" text NOT NULL,
	"width" integer NOT NULL,
	"height" integer NOT NULL,
	"size_bytes" integer NOT NULL,
	"location" text NOT NULL,
	"object_key" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "instances" (
	"id" text PRIMARY KEY NOT NULL,
	"role" text NOT NULL,
	"details" jsonb,
	"started_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"seen_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "leases" (
	"name" text PRIMARY KEY NOT NULL,
	"owner" text,
	"fence" integer DEFAULT 0 NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"last_run_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "cost_lines" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "cost_lines_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"generation_id" uuid NOT NULL,
	"attempt_id" uuid NOT NULL,
	"environment" text NOT NULL,
	"provider" text NOT NULL,
	"kind" text NOT NULL,
	"cost_micros" bigint NOT NULL,
	"units" numeric,
	"unit" text,
	"price_id" uuid,
	"note" text,
	"at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "prices" (
	"id" uuid PRIMARY KEY NOT NULL,
	"provider" text NOT NULL,
	"unit" text NOT NULL,
	"item" text NOT NULL,
	"operation" text,
	"price_micros" bigint NOT NULL,
	"per" integer NOT NULL,
	"effective_from" timestamp (3) with time zone NOT NULL,
	"effective_to" timestamp (3) with time zone,
	"source" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_generation_id_generations_id_fk" FOREIGN KEY ("generation_id") REFERENCES "public"."generations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rollout_revisions" ADD CONSTRAINT "rollout_revisions_environment_environments_name_fk" FOREIGN KEY ("environment") REFERENCES "public"."environments"("name") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generation_events" ADD CONSTRAINT "generation_events_generation_id_generations_id_fk" FOREIGN KEY ("generation_id") REFERENCES "public"."generations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generation_requests" ADD CONSTRAINT "generation_requests_generation_id_generations_id_fk" FOREIGN KEY ("generation_id") REFERENCES "public"."generations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "images" ADD CONSTRAINT "images_generation_id_generations_id_fk" FOREIGN KEY ("generation_id") REFERENCES "public"."generations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "attempts_number_idx" ON "attempts" USING btree ("generation_id","number");--> statement-breakpoint
CREATE INDEX "attempts_job_idx" ON "attempts" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "attempts_worker_idx" ON "attempts" USING btree ("worker_id","finished_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "attempts_created_brin" ON "attempts" USING brin ("created_at");--> statement-breakpoint
CREATE INDEX "audit_entries_at_idx" ON "audit_entries" USING btree ("at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "accounts_user_idx" ON "accounts" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_user_idx" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "verifications_identifier_idx" ON "verifications" USING btree ("identifier");--> statement-breakpoint
CREATE UNIQUE INDEX "rollout_revisions_number_idx" ON "rollout_revisions" USING btree ("environment","number");--> statement-breakpoint
CREATE INDEX "generation_events_generation_idx" ON "generation_events" USING btree ("generation_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "generation_events_terminal_idx" ON "generation_events" USING btree ("generation_id") WHERE "generation_events"."terminal";--> statement-breakpoint
CREATE UNIQUE INDEX "generations_idempotency_idx" ON "generations" USING btree ("scope","idempotency_key");--> statement-breakpoint
CREATE INDEX "generations_due_idx" ON "generations" USING btree ("next_at") WHERE "generations"."finished_at" is null;--> statement-breakpoint
CREATE INDEX "generations_list_idx" ON "generations" USING btree ("environment","id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "generations_created_brin" ON "generations" USING brin ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "images_position_idx" ON "images" USING btree ("generation_id","role","position");--> statement-breakpoint
CREATE INDEX "images_sha256_idx" ON "images" USING btree ("sha256");--> statement-breakpoint
CREATE INDEX "cost_lines_generation_idx" ON "cost_lines" USING btree ("generation_id");--> statement-breakpoint
CREATE INDEX "cost_lines_at_brin" ON "cost_lines" USING brin ("at");--> statement-breakpoint
CREATE UNIQUE INDEX "prices_from_idx" ON "prices" USING btree ("provider","unit","item","operation","effective_from");