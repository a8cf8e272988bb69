DROP INDEX "prices_from_idx";--> statement-breakpoint
ALTER TABLE "cost_lines" ALTER COLUMN "generation_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "cost_lines" ALTER COLUMN "attempt_id" DROP NOT NULL;--> statement-breakpoint
CREATE INDEX "cost_lines_environment_idx" ON "cost_lines" USING btree ("environment","at") WHERE "cost_lines"."generation_id" is null;--> statement-breakpoint
ALTER TABLE "prices" ADD CONSTRAINT "prices_from_key" UNIQUE NULLS NOT DISTINCT("provider","unit","item","operation","effective_from");--> statement-breakpoint
ALTER TABLE "prices" ADD CONSTRAINT "prices_not_negative" CHECK ("prices"."price_micros" >= 0 and "prices"."per" > 0);--> statement-breakpoint
ALTER TABLE "prices" ADD CONSTRAINT "prices_in_order" CHECK ("prices"."effective_to" is null or "prices"."effective_to" > "prices"."effective_from");