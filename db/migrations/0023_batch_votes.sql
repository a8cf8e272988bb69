CREATE TABLE "batch_votes" (
	"batch_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"voter" text NOT NULL,
	"choice" text NOT NULL,
	"left_provider" text NOT NULL,
	"at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "batch_votes_pk" PRIMARY KEY("batch_id","position","voter")
);
--> statement-breakpoint
ALTER TABLE "batch_votes" ADD CONSTRAINT "batch_votes_batch_id_batches_id_fk" FOREIGN KEY ("batch_id") REFERENCES "public"."batches"("id") ON DELETE no action ON UPDATE no action;