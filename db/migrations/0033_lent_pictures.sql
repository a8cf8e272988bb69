CREATE TABLE "lent_pictures" (
	"sha256" text PRIMARY KEY NOT NULL,
	"disk_id" text NOT NULL,
	"object_key" text NOT NULL,
	"bytes" "bytea",
	"asked_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "lent_pictures_disk_idx" ON "lent_pictures" USING btree ("disk_id");
--> statement-breakpoint
-- Pictures are compressed already.
ALTER TABLE "lent_pictures" ALTER COLUMN "bytes" SET STORAGE EXTERNAL;
