CREATE TABLE "billing_records" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "billing_records_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"environment" text NOT NULL,
	"provider" text NOT NULL,
	"account" text NOT NULL,
	"hour_at" timestamp (3) with time zone NOT NULL,
	"version" integer NOT NULL,
	"total_micros" bigint NOT NULL,
	"disk_micros" bigint NOT NULL,
	"imported_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "fleet_hours" (
	"environment" text NOT NULL,
	"endpoint_id" text NOT NULL,
	"hour_at" timestamp (3) with time zone NOT NULL,
	"covered_ms" integer NOT NULL,
	"paid_ms" bigint NOT NULL,
	"standing_ms" bigint NOT NULL,
	CONSTRAINT "fleet_hours_pk" PRIMARY KEY("environment","endpoint_id","hour_at")
);
--> statement-breakpoint
CREATE TABLE "fleet_looks" (
	"environment" text PRIMARY KEY NOT NULL,
	"endpoint_id" text NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"workers" jsonb NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "billing_records_version_idx" ON "billing_records" USING btree ("environment","account","hour_at","version");--> statement-breakpoint
-- Money that was written down stays: what turns out otherwise is a line or a version of its own.
CREATE FUNCTION refuse_change_of_money() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% are only added to', TG_TABLE_NAME;
END $$;
--> statement-breakpoint
CREATE TRIGGER cost_lines_stay BEFORE UPDATE ON "cost_lines" FOR EACH ROW EXECUTE FUNCTION refuse_change_of_money();--> statement-breakpoint
CREATE TRIGGER billing_records_stay BEFORE UPDATE OR DELETE ON "billing_records" FOR EACH ROW EXECUTE FUNCTION refuse_change_of_money();
