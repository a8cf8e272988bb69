import { sql } from "drizzle-orm";
import type { Database, Transaction } from "@/db/client";
import { spoolDepths } from "@/db/queries/spool";
import { livingStorageLooks } from "@/db/queries/storage-looks";
import { leases } from "@/db/schema";
import type { Config } from "@/server/config";
import { findStorage, STORAGE_FINDING_KEYS } from "@/server/domain/storage-findings";
import { applyFindings } from "@/server/warnings/apply-findings";

/** A little less than the time between two runs of the chore on one instance. */
const LOOK_EVERY_S = 50;
const JUDGED = "storage warnings: judged";

/**
 * Makes warnings of what lastingly is wrong with the stores: what waits is counted in the database for all disks, and
 * why it does, and whether there is room, each running instance has said of itself. Unseen is the disk of an instance
 * that does not run, but for the pictures that wait on it, and an R2 that nobody has needed lately.
 *
 * The stores are the installation's: every environment gets the same warning, and tells its own people. A look counts
 * once however many instances judge.
 */
export async function judgeStorage(deps: { db: Database; config: Pick<Config, "environments" | "r2"> }): Promise<void> {
  const { environments, r2 } = deps.config;
  await deps.db.transaction(async (tx) => {
    if (!(await takeTurn(tx))) return;
    const looks = await livingStorageLooks(tx);
    const spool = r2 === null ? [] : await spoolDepths(tx);
    const findings = findStorage({ bucket: r2?.bucket ?? null, spool, looks });
    for (const environment of environments)
      await applyFindings(tx, { environment, endpointId: null }, STORAGE_FINDING_KEYS, findings);
  });
}

/** False: somebody has just judged. Whoever comes at the same time waits for the other's end, and then has not its turn. */
async function takeTurn(tx: Transaction): Promise<boolean> {
  const rows = await tx
    .insert(leases)
    .values({ name: JUDGED, lastRunAt: sql`clock_timestamp()` })
    .onConflictDoUpdate({
      target: leases.name,
      set: { lastRunAt: sql`clock_timestamp()` },
      setWhere: sql`${leases.lastRunAt} < clock_timestamp() - make_interval(secs => ${LOOK_EVERY_S})`,
    })
    .returning({ name: leases.name });
  return rows.length > 0;
}
