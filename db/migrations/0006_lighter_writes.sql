ALTER TABLE "generation_events" DROP CONSTRAINT "generation_events_generation_id_generations_id_fk";
--> statement-breakpoint
DROP INDEX "generations_idempotency_idx";--> statement-breakpoint
CREATE UNIQUE INDEX "generations_idempotency_idx" ON "generations" USING btree ("scope","idempotency_key") WHERE "generations"."idempotency_key" is not null;--> statement-breakpoint
-- The function is called for rows that have ended and for no others: every open generation changes its state four times.
DROP TRIGGER "generations_one_end" ON "generations";--> statement-breakpoint
CREATE TRIGGER "generations_one_end" BEFORE UPDATE OF state, finished_at ON "generations"
  FOR EACH ROW WHEN (OLD.finished_at IS NOT NULL) EXECUTE FUNCTION refuse_second_end();
