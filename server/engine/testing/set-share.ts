import { randomUUID } from "node:crypto";
import type pg from "pg";
import { lockRoutingForChange } from "@/server/engine/routing-lock";

/** Appends a revision with this share as the rollout's verbs do, without their conditions. Gives its number. */
export async function setShare(pool: pg.Pool, environment: string, candidateShareBp: number): Promise<number> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    await lockRoutingForChange(client);
    const { rows } = await client.query<{ number: number }>(
      `insert into rollout_revisions (id, environment, number, candidate_share_bp, phase, held, salt, source, actor)
        select $2, r.environment, r.number + 1, $3, r.phase, false, r.salt, 'console', 'test'
        from environments e join rollout_revisions r on r.environment = e.name and r.number = e.current_revision
        where e.name = $1 returning number`,
      [environment, randomUUID(), candidateShareBp],
    );
    const number = rows[0]?.number;
    if (number === undefined) throw new Error(`there is no environment ${environment}`);
    await client.query("update environments set current_revision = $2 where name = $1", [environment, number]);
    await client.query("commit");
    return number;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}
