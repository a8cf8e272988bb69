CREATE TABLE "usage_days" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "usage_days_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"environment" text NOT NULL,
	"provider" text NOT NULL,
	"account" text NOT NULL,
	"day_at" timestamp (3) with time zone NOT NULL,
	"version" integer NOT NULL,
	"units" numeric NOT NULL,
	"imported_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "usage_days_version_idx" ON "usage_days" USING btree ("environment","account","day_at","version");--> statement-breakpoint
CREATE TRIGGER usage_days_stay BEFORE UPDATE OR DELETE ON "usage_days" FOR EACH ROW EXECUTE FUNCTION refuse_change_of_money();
