ALTER TABLE "rollups" ALTER COLUMN "counters" SET DEFAULT '{}'::jsonb;--> statement-breakpoint
ALTER TABLE "rollups" ALTER COLUMN "failures" SET DEFAULT '{}'::jsonb;--> statement-breakpoint
ALTER TABLE "rollups" ALTER COLUMN "attempt_failures" SET DEFAULT '{}'::jsonb;--> statement-breakpoint
ALTER TABLE "rollups" ALTER COLUMN "sketches" SET DEFAULT '\x'::bytea;--> statement-breakpoint
ALTER TABLE "rollups" ADD COLUMN "numbers" text;--> statement-breakpoint
ALTER TABLE "rollups" ADD COLUMN "latencies" text;--> statement-breakpoint
ALTER TABLE "rollups" ADD COLUMN "parts" text;--> statement-breakpoint
-- A row stays in its page and as it is: unpacking and a look into the TOAST table would cost a view more than the row itself.
ALTER TABLE "rollups" ALTER COLUMN "latencies" SET STORAGE EXTERNAL;--> statement-breakpoint
ALTER TABLE "rollups" ALTER COLUMN "parts" SET STORAGE EXTERNAL;--> statement-breakpoint
ALTER TABLE "rollups" SET (toast_tuple_target = 8160);
