CREATE TABLE "review_actions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"environment" text NOT NULL,
	"week" text NOT NULL,
	"title" text NOT NULL,
	"owner" text NOT NULL,
	"due_on" date NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"created_by" text NOT NULL,
	"done_at" timestamp (3) with time zone,
	"done_by" text
);
--> statement-breakpoint
CREATE TABLE "reviews" (
	"environment" text NOT NULL,
	"week" text NOT NULL,
	"unexpected" text DEFAULT '' NOT NULL,
	"notes" text DEFAULT '' NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_by" text NOT NULL,
	"signed_at" timestamp (3) with time zone,
	"signed_by" text,
	"time_zone" text,
	"frozen" jsonb,
	CONSTRAINT "reviews_environment_week_pk" PRIMARY KEY("environment","week")
);
--> statement-breakpoint
CREATE INDEX "review_actions_week_idx" ON "review_actions" USING btree ("environment","week");--> statement-breakpoint
CREATE FUNCTION refuse_change_of_signed_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.signed_at IS NOT NULL THEN
    RAISE EXCEPTION 'the review of % is signed and does not change', OLD.week;
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
--> statement-breakpoint
CREATE TRIGGER reviews_signed_stay BEFORE UPDATE OR DELETE ON "reviews" FOR EACH ROW EXECUTE FUNCTION refuse_change_of_signed_review();
