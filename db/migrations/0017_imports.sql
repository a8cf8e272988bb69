CREATE TABLE "imports" (
	"id" uuid PRIMARY KEY NOT NULL,
	"environment" text NOT NULL,
	"file_name" text NOT NULL,
	"file_hash" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"mapping_name" text NOT NULL,
	"mapping" jsonb NOT NULL,
	"state" text DEFAULT 'loading' NOT NULL,
	"total_rows" integer NOT NULL,
	"row_count" integer DEFAULT 0 NOT NULL,
	"stored_count" integer DEFAULT 0 NOT NULL,
	"skips_bad" boolean NOT NULL,
	"counts" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"first_at" timestamp (3) with time zone,
	"last_at" timestamp (3) with time zone,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE UNIQUE INDEX "imports_file_idx" ON "imports" USING btree ("environment","file_hash");