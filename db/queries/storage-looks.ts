import { sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { storageLooks } from "@/db/schema";
import type { StorageFault } from "@/server/domain/storage";
import type { StorageLook } from "@/server/domain/storage-findings";

export interface NewStorageLook extends Omit<StorageLook, "host"> {
  instance: string;
}

/** Puts an instance's newest look in the place of its last. Ages become the database's instants. */
export async function recordStorageLook(db: DatabaseOrTransaction, look: NewStorageLook): Promise<void> {
  const { instance, diskId, failure, movedAgeMs, roomProblem } = look;
  const ago = (ms: number | null) =>
    ms === null ? null : sql`clock_timestamp() - make_interval(secs => ${ms}::float8 / 1000)`;
  const found = {
    diskId,
    fault: failure?.fault ?? null,
    problem: failure?.problem ?? null,
    failedAt: ago(failure?.ageMs ?? null),
    movedAt: ago(movedAgeMs),
    roomProblem,
    lookedAt: sql`clock_timestamp()`,
  };
  await db
    .insert(storageLooks)
    .values({ instance, ...found })
    .onConflictDoUpdate({ target: storageLooks.instance, set: found });
}

/** An instance looks every 20 seconds; one that has missed several does not run. */
const SILENT_S = 90;

/** Does an instance run that has this disk? */
export async function isDiskServed(db: DatabaseOrTransaction, diskId: string): Promise<boolean> {
  const { rows } = await db.execute(sql`select 1 from storage_looks where disk_id = ${diskId}
    and looked_at > clock_timestamp() - make_interval(secs => ${SILENT_S}) limit 1`);
  return rows.length > 0;
}

/** Of the instances that run; what is a day old is removed on the way, since every start leaves a row. */
export async function livingStorageLooks(db: DatabaseOrTransaction): Promise<StorageLook[]> {
  await db.execute(sql`delete from storage_looks where looked_at < clock_timestamp() - interval '1 day'`);
  const { rows } = await db.execute<{
    instance: string;
    diskId: string;
    fault: StorageFault | null;
    problem: string | null;
    failureAgeMs: number | null;
    movedAgeMs: number | null;
    roomProblem: string | null;
  }>(sql`
    select instance, disk_id as "diskId", fault, problem, room_problem as "roomProblem",
      (extract(epoch from clock_timestamp() - failed_at) * 1000)::float8 as "failureAgeMs",
      (extract(epoch from clock_timestamp() - moved_at) * 1000)::float8 as "movedAgeMs"
    from storage_looks where looked_at > clock_timestamp() - make_interval(secs => ${SILENT_S}) order by instance`);
  return rows.map(({ instance, diskId, fault, problem, failureAgeMs, movedAgeMs, roomProblem }) => ({
    host: instance.split(":")[0] ?? instance,
    diskId,
    failure: fault === null || problem === null ? null : { fault, problem, ageMs: failureAgeMs ?? 0 },
    movedAgeMs,
    roomProblem,
  }));
}
