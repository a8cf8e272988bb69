CREATE TABLE "bucket_writers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"batches" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL
);
