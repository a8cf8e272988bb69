-- What a week was computed from stays: a price may only come to an end, once or earlier, and nothing else of it changes.
CREATE FUNCTION refuse_change_of_price() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'prices are never removed: add one that follows';
  END IF;
  IF (to_jsonb(NEW) - 'effective_to') IS DISTINCT FROM (to_jsonb(OLD) - 'effective_to')
    OR NEW.effective_to IS NULL OR NEW.effective_to > coalesce(OLD.effective_to, 'infinity') THEN
    RAISE EXCEPTION 'a price does not change: add one that follows';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER prices_stay BEFORE UPDATE OR DELETE ON "prices" FOR EACH ROW EXECUTE FUNCTION refuse_change_of_price();
