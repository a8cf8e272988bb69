-- History is append-only: what was decided, what happened and who did it is never rewritten.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER rollout_revisions_append_only BEFORE UPDATE OR DELETE ON rollout_revisions
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER rollout_revisions_no_truncate BEFORE TRUNCATE ON rollout_revisions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER generation_events_no_update BEFORE UPDATE ON generation_events
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- Second net under the routing lock: an intent that was decided by an older revision than the one in force is
-- refused, whatever code wrote it.
CREATE FUNCTION refuse_stale_intent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  in_force integer;
BEGIN
  SELECT current_revision INTO in_force FROM environments WHERE name = NEW.environment;
  IF in_force IS DISTINCT FROM NEW.revision THEN
    RAISE EXCEPTION 'attempt % was decided by revision % of %, but % is in force', NEW.id, NEW.revision, NEW.environment, in_force
      USING ERRCODE = 'serialization_failure';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER attempts_current_revision BEFORE INSERT ON attempts
  FOR EACH ROW EXECUTE FUNCTION refuse_stale_intent();
--> statement-breakpoint
-- A terminal state never changes.
CREATE FUNCTION refuse_second_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.finished_at IS NOT NULL AND (NEW.state IS DISTINCT FROM OLD.state OR NEW.finished_at IS DISTINCT FROM OLD.finished_at) THEN
    RAISE EXCEPTION 'generation % has ended as %', OLD.id, OLD.state USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER generations_one_end BEFORE UPDATE OF state, finished_at ON generations
  FOR EACH ROW EXECUTE FUNCTION refuse_second_end();
--> statement-breakpoint
INSERT INTO audit_head (id) VALUES ('head');
