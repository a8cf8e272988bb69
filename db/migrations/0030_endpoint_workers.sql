CREATE TABLE "endpoint_workers" (
	"worker_id" text PRIMARY KEY NOT NULL,
	"gpu_type" text NOT NULL,
	"seen_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL
);
