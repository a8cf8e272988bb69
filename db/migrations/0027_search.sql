DROP INDEX "attempts_job_idx";--> statement-breakpoint
CREATE INDEX "generation_requests_words_idx" ON "generation_requests" USING gin (to_tsvector('simple'::regconfig, regexp_replace("prompt", '[^[:alnum:]]+', ' ', 'g')));--> statement-breakpoint
CREATE INDEX "attempts_job_idx" ON "attempts" USING btree ("job_id" text_pattern_ops);