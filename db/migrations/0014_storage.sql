ALTER TABLE "environments" ADD COLUMN "keep_images_days" integer;--> statement-breakpoint
ALTER TABLE "environments" ADD COLUMN "images_expired_before" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "images" ADD COLUMN "disk_id" text;--> statement-breakpoint
ALTER TABLE "images" ADD COLUMN "expired_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "images_on_disk_idx" ON "images" USING btree ("created_at","id") WHERE "images"."location" = 'disk' and "images"."expired_at" is null;