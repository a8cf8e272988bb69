import { eq, sql } from "drizzle-orm";
import type { Connection } from "@/db/client";
import { leases } from "@/db/schema";
import { expirePictures } from "@/server/images/expire-pictures";
import type { Stores } from "@/server/images/open-stores";
import { SAFETY_AGE_MS, sweepStorage } from "@/server/images/sweep-storage";
import type { Log } from "@/server/log";
import type { Job } from "./run-jobs";

interface TidyDeps {
  db: Connection["db"];
  stores: Stores;
  log: Log;
  signal: AbortSignal;
}

const HOUR_MS = 3_600_000;

export function removeOldPictures(deps: TidyDeps): Job {
  return { name: "remove old pictures", everyMs: HOUR_MS, run: () => expirePictures({ ...deps, now: Date.now }) };
}

/**
 * Takes away what a death in the middle left behind: copies of what was moved, bytes of rows that expired. What no row
 * names is a person's business (`switchyard storage sweep`).
 */
export function tidyStorage(deps: TidyDeps, place: "disk" | "r2"): Job {
  const name = place === "disk" ? `tidy the disk ${deps.stores.diskId}` : "tidy the bucket";
  const options = { apply: true, olderThanMs: SAFETY_AGE_MS, what: "known", place } as const;
  return {
    name,
    everyMs: HOUR_MS,
    async run() {
      // Not at every restart: listing a large bucket costs.
      if (await wasDoneToday(deps.db, name)) return;
      const reports = await sweepStorage({ ...deps, now: Date.now }, options).catch((error: unknown) => {
        if (deps.signal.aborted) return null;
        throw error;
      });
      if (reports === null) return;
      for (const { removed } of reports)
        if (removed.objects > 0) deps.log.info("left-over pictures were removed", { place, ...removed });
      await noteDone(deps.db, name);
    },
  };
}

/** A row beside the job's lease, which every look at the clock renews. */
const doneName = (name: string) => `${name}: done`;

async function noteDone(db: Connection["db"], name: string): Promise<void> {
  const lastRunAt = sql`clock_timestamp()`;
  await db
    .insert(leases)
    .values({ name: doneName(name), lastRunAt })
    .onConflictDoUpdate({ target: leases.name, set: { lastRunAt } });
}

async function wasDoneToday(db: Connection["db"], name: string): Promise<boolean> {
  const [row] = await db
    .select({ isRecent: sql<boolean>`coalesce(${leases.lastRunAt} > clock_timestamp() - interval '1 day', false)` })
    .from(leases)
    .where(eq(leases.name, doneName(name)));
  return row?.isRecent ?? false;
}
