CREATE TABLE "rollup_stand_ins" (
	"environment" text NOT NULL,
	"width_ms" integer NOT NULL,
	"stand_in_ms" integer NOT NULL,
	"made_to" timestamp (3) with time zone,
	CONSTRAINT "rollup_stand_ins_pk" PRIMARY KEY("environment","width_ms")
);
--> statement-breakpoint
ALTER TABLE "rollups" ADD COLUMN "quantiles" text;--> statement-breakpoint
-- What there is already gets its wide roll-ups in the background; until then the finer ones are read.
CREATE FUNCTION stand_in_for_wide_rollups() RETURNS void LANGUAGE sql AS $$
  -- Step by step through the index: there are very many roll-ups, and few environments.
  WITH RECURSIVE known(environment) AS (
    SELECT min(environment) FROM rollups
    UNION ALL
    SELECT (SELECT min(r.environment) FROM rollups r WHERE r.environment > known.environment) FROM known WHERE known.environment IS NOT NULL)
  INSERT INTO rollup_stand_ins (environment, width_ms, stand_in_ms)
    SELECT known.environment, wide.width_ms, wide.stand_in_ms
    FROM known, (VALUES (900000, 300000), (7200000, 3600000), (21600000, 3600000), (604800000, 86400000)) AS wide(width_ms, stand_in_ms)
    WHERE known.environment IS NOT NULL
    ON CONFLICT (environment, width_ms) DO UPDATE SET made_to = NULL WHERE rollup_stand_ins.made_to IS NOT NULL
$$;
--> statement-breakpoint
SELECT stand_in_for_wide_rollups();--> statement-breakpoint
-- A release that does not know these widths may still be running beside this one, or come back: what it writes is in
-- the finer roll-ups alone, and leaves quantiles of before beside new distributions.
CREATE FUNCTION rollups_written_by_another_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM stand_in_for_wide_rollups();
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER rollups_written_by_another_release AFTER INSERT OR UPDATE OR DELETE ON rollups
  FOR EACH STATEMENT WHEN (current_setting('switchyard.writes_rollups', true) IS DISTINCT FROM 'wide')
  EXECUTE FUNCTION rollups_written_by_another_release();
--> statement-breakpoint
CREATE FUNCTION forget_rollup_quantiles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.quantiles := NULL;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER rollups_forget_quantiles BEFORE UPDATE ON rollups
  FOR EACH ROW WHEN (NEW.quantiles IS NOT NULL AND current_setting('switchyard.writes_rollups', true) IS DISTINCT FROM 'wide')
  EXECUTE FUNCTION forget_rollup_quantiles();
