import type pg from "pg";

const CHORE_LEASE_MS = 30_000;

/**
 * Runs a chore if no other instance is at it. The lease only saves work: a chore must be harmless when two run it,
 * since a process may stall past its lease. Null: somebody else has it.
 */
export async function withChoreLease<T>(
  pool: pg.Pool,
  lease: { name: string; owner: string },
  chore: () => Promise<T>,
): Promise<T | null> {
  const { rows } = await pool.query<{ fence: number }>({
    name: "take-chore",
    text: `insert into leases (name, owner, fence, lease_until) values ($1, $2, 1, clock_timestamp() + make_interval(secs => $3::float8 / 1000))
      on conflict (name) do update set owner = $2, fence = leases.fence + 1, lease_until = excluded.lease_until
        where leases.lease_until is null or leases.lease_until < clock_timestamp() or leases.owner = $2
      returning fence`,
    values: [lease.name, lease.owner, CHORE_LEASE_MS],
  });
  const fence = rows[0]?.fence;
  if (fence === undefined) return null;
  try {
    return await chore();
  } finally {
    await pool.query({
      name: "leave-chore",
      text: "update leases set lease_until = null, last_run_at = clock_timestamp() where name = $1 and fence = $2",
      values: [lease.name, fence],
    });
  }
}
