CREATE TABLE "bucket_bytes" (
	"bucket" text NOT NULL,
	"day_at" timestamp (3) with time zone NOT NULL,
	"environment" text NOT NULL,
	"provider" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"looked_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "bucket_bytes_pk" PRIMARY KEY("bucket","day_at","environment","provider")
);
--> statement-breakpoint
CREATE TABLE "bucket_days" (
	"bucket" text NOT NULL,
	"day_at" timestamp (3) with time zone NOT NULL,
	"class_a" bigint NOT NULL,
	"class_b" bigint NOT NULL,
	"free" bigint NOT NULL,
	CONSTRAINT "bucket_days_pk" PRIMARY KEY("bucket","day_at")
);
