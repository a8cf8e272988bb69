CREATE TABLE "endpoint_schedules" (
	"environment" text PRIMARY KEY NOT NULL,
	"weekdays" jsonb NOT NULL,
	"from_hour" smallint NOT NULL,
	"to_hour" smallint NOT NULL,
	"workers" smallint NOT NULL,
	"otherwise" smallint NOT NULL,
	"time_zone" text NOT NULL,
	"seen_snapshot" bigint NOT NULL,
	"suspended_at" timestamp (3) with time zone,
	"suspended_by" text,
	"problem" text,
	"set_by" text NOT NULL,
	"set_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
