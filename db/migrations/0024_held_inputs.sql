CREATE TABLE "held_inputs" (
	"sha256" text PRIMARY KEY NOT NULL,
	"bytes" "bytea" NOT NULL,
	"size_bytes" integer NOT NULL,
	"held_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
-- Pictures are compressed already.
ALTER TABLE "held_inputs" ALTER COLUMN "bytes" SET STORAGE EXTERNAL;
