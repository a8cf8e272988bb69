ALTER TABLE "generations" ALTER COLUMN "image_count" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_outbox" ALTER COLUMN "images" DROP NOT NULL;--> statement-breakpoint
-- History that is written down when it has already ended is no intent: no provider is called for it any more, and the
-- revision that was in force at its time is seldom the one that is in force now.
DROP TRIGGER attempts_current_revision ON attempts;
--> statement-breakpoint
CREATE TRIGGER attempts_current_revision BEFORE INSERT ON attempts
  FOR EACH ROW WHEN (NEW.finished_at IS NULL) EXECUTE FUNCTION refuse_stale_intent();
