CREATE TABLE "storage_looks" (
	"instance" text PRIMARY KEY NOT NULL,
	"disk_id" text NOT NULL,
	"fault" text,
	"problem" text,
	"failed_at" timestamp (3) with time zone,
	"moved_at" timestamp (3) with time zone,
	"room_problem" text,
	"looked_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "endpoint_warnings" ALTER COLUMN "endpoint_id" DROP NOT NULL;