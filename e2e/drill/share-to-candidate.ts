import { randomUUID } from "node:crypto";
import type pg from "pg";

/** The advisory lock that orders changes of route, as in server/engine/routing-lock.ts. */
const ROUTING_LOCK = 7_207_001;

/** Moves all traffic to the candidate and ends a hold, past gates and reasons: the drill is about the way back. */
export async function shareToCandidate(pool: pg.Pool, environment: string): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query("select pg_advisory_xact_lock($1)", [ROUTING_LOCK]);
    const { rows } = await client.query<{ number: number }>(
      `insert into rollout_revisions (id, environment, number, candidate_share_bp, phase, held, salt, source, actor, reason)
        select $2, r.environment, r.number + 1, 10000, r.phase, false, r.salt, 'api', 'drill', 'drill'
        from environments e join rollout_revisions r on r.environment = e.name and r.number = e.current_revision
        where e.name = $1 returning number`,
      [environment, randomUUID()],
    );
    await client.query("update environments set current_revision = $2 where name = $1", [environment, rows[0]?.number]);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}
