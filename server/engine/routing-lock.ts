import type pg from "pg";
import type { RoutingRevision } from "@/server/domain/decision";

/** Key of the advisory lock that orders intents and changes of revision. Any fixed number serves. */
export const ROUTING_LOCK = 7_207_001;

/**
 * Reads the revision in force so that it stays in force until this transaction ends: the shared lock in a statement
 * of its own, then the read. In one statement the snapshot would be older than the lock, and a test counted 743
 * submissions after the switch.
 */
export async function readRevisionLocked(client: pg.PoolClient, environment: string): Promise<RoutingRevision> {
  await client.query({
    name: "routing-lock-shared",
    text: "select pg_advisory_xact_lock_shared($1)",
    values: [ROUTING_LOCK],
  });
  const { rows } = await client.query<RoutingRevision>({
    name: "routing-revision",
    text: `select r.number, r.candidate_share_bp as "candidateShareBp", r.salt
      from environments e join rollout_revisions r on r.environment = e.name and r.number = e.current_revision where e.name = $1`,
    values: [environment],
  });
  const revision = rows[0];
  if (!revision) throw new Error(`environment ${environment} has no revision`);
  return revision;
}

/** Taken by whoever changes the revision: waits for open intents, and later ones see the change. */
export async function lockRoutingForChange(client: pg.PoolClient): Promise<void> {
  await client.query({ name: "routing-lock", text: "select pg_advisory_xact_lock($1)", values: [ROUTING_LOCK] });
}
