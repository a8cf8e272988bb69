import type pg from "pg";
import { isId } from "@/server/domain/ids";
import { verifyCapability } from "./capability";
import { debugPoint } from "./debug-points";

/**
 * A provider's notification. It proves only that somebody knows the attempt's address, so nothing in it is believed
 * but the job's id where we have none: the job is then asked for at the provider. False: no such address.
 */
export async function receiveHint(
  deps: { pool: pg.Pool; secret: Buffer; wake(what: "open"): void },
  hint: { attemptId: string; token: string; jobId: string | null },
): Promise<boolean> {
  // The token is compared even where the id is no id, so that both refusals take the same time.
  const known = verifyCapability(deps.secret, hint.attemptId, hint.token) && isId(hint.attemptId);
  if (!known) return false;
  await debugPoint("hint.received");
  const { rowCount } = await deps.pool.query({
    name: "receive-hint",
    // The generation's row first, as every other statement locks them. A job of an attempt that was written off as
    // never sent makes it an orphan's.
    text: `with g as (update generations g set next_at = case when g.finished_at is null then clock_timestamp() else g.next_at end
        from attempts a where a.id = $1 and g.id = a.generation_id returning g.id)
      update attempts a set job_id = coalesce(a.job_id, $2),
        state = case when a.state = 'not_sent' and $2::text is not null then 'ambiguous' else a.state end
      from g where a.id = $1`,
    values: [hint.attemptId, hint.jobId],
  });
  await debugPoint("hint.recorded");
  deps.wake("open");
  return (rowCount ?? 0) > 0;
}
