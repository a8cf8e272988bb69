-- Nothing may end between what is taken away here and what is counted anew below.
LOCK TABLE "rollup_outbox", "rollups" IN ACCESS EXCLUSIVE MODE;--> statement-breakpoint
DELETE FROM "rollups";--> statement-breakpoint
DELETE FROM "rollup_outbox";--> statement-breakpoint
ALTER TABLE "rollups" DROP CONSTRAINT "rollups_pk";--> statement-breakpoint
ALTER TABLE "rollups" ADD COLUMN "cold_class" text NOT NULL;--> statement-breakpoint
ALTER TABLE "rollups" ADD COLUMN "attempt_failures" jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "rollups" ADD CONSTRAINT "rollups_pk" PRIMARY KEY("environment","width_ms","is_total","start_at","provider","source","operation","model","cold_class");--> statement-breakpoint
-- The summaries lack what is counted from now on: all that has ended is counted anew, as if it had just ended.
INSERT INTO rollup_outbox (kind, environment, source, provider, operation, model, bucket_at, state, cold_class, failure_mode, ended_at, images,
    latency_ms, cost_micros, baseline_micros)
  SELECT 'generation', g.environment, g.source, g.provider, g.operation, coalesce(g.model, ''), g.created_at, g.state, g.cold_class, g.failure_mode,
    g.finished_at, g.image_count, g.latency_ms, g.cost_micros, g.baseline_micros
  FROM generations g WHERE g.finished_at IS NOT NULL;
--> statement-breakpoint
INSERT INTO rollup_outbox (kind, environment, source, provider, operation, model, bucket_at, state, cold_class, failure_mode, ended_at, delay_ms,
    execution_ms, store_ms, start_up_ms, start_up_micros)
  SELECT 'attempt', g.environment, g.source, a.provider, g.operation, coalesce(a.model, ''), g.created_at, a.state, a.cold_class, a.failure_mode,
    a.finished_at, a.delay_ms, a.execution_ms, a.store_ms, a.start_up_ms,
    (SELECT sum(l.cost_micros) FROM cost_lines l WHERE l.generation_id = g.id AND l.attempt_id = a.id AND l.kind = 'start_up')
  FROM attempts a JOIN generations g ON g.id = a.generation_id WHERE a.finished_at IS NOT NULL;
