CREATE TABLE "rollup_outbox" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "rollup_outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"sign" smallint DEFAULT 1 NOT NULL,
	"environment" text NOT NULL,
	"source" text NOT NULL,
	"provider" text NOT NULL,
	"operation" text NOT NULL,
	"model" text DEFAULT '' NOT NULL,
	"bucket_at" timestamp (3) with time zone NOT NULL,
	"state" text NOT NULL,
	"cold_class" text,
	"failure_mode" text,
	"ended_at" timestamp (3) with time zone,
	"images" smallint DEFAULT 0 NOT NULL,
	"latency_ms" integer,
	"delay_ms" integer,
	"execution_ms" integer,
	"store_ms" integer,
	"start_up_ms" integer,
	"start_up_micros" bigint,
	"cost_micros" bigint,
	"baseline_micros" bigint
);
--> statement-breakpoint
CREATE TABLE "rollups" (
	"environment" text NOT NULL,
	"width_ms" integer NOT NULL,
	"is_total" boolean NOT NULL,
	"start_at" timestamp (3) with time zone NOT NULL,
	"provider" text NOT NULL,
	"source" text NOT NULL,
	"operation" text NOT NULL,
	"model" text NOT NULL,
	"counters" jsonb NOT NULL,
	"failures" jsonb NOT NULL,
	"sketches" "bytea" NOT NULL,
	CONSTRAINT "rollups_pk" PRIMARY KEY("environment","width_ms","is_total","start_at","provider","source","operation","model")
);
--> statement-breakpoint
DROP INDEX "generations_created_brin";--> statement-breakpoint
CREATE INDEX "rollup_outbox_bucket_idx" ON "rollup_outbox" USING btree ("environment","bucket_at");--> statement-breakpoint
CREATE INDEX "generations_created_idx" ON "generations" USING btree ("environment","created_at");--> statement-breakpoint
-- What ended before there were roll-ups is counted like what ends from now on.
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
