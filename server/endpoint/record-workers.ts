import { inArray, sql } from "drizzle-orm";
import type { Database } from "@/db/client";
import { endpointWorkers } from "@/db/schema";
import type { LiveWorker } from "@/server/domain/endpoint/settings";

/**
 * Keeps what GPU each worker runs on, so that the times of its jobs can be told apart by it. Writes once a worker, however
 * often it is seen and by whom.
 */
export async function recordWorkers(
  db: Database,
  workers: readonly Pick<LiveWorker, "id" | "gpuType">[],
): Promise<void> {
  const told = workers.flatMap(({ id, gpuType }) => (gpuType === null ? [] : [{ workerId: id, gpuType }]));
  if (told.length === 0) return;
  const { workerId, gpuType } = endpointWorkers;
  const ids = told.map((worker) => worker.workerId);
  const known = await db.select({ workerId, gpuType }).from(endpointWorkers).where(inArray(workerId, ids));
  const fresh = told.filter(
    (worker) => !known.some((row) => row.workerId === worker.workerId && row.gpuType === worker.gpuType),
  );
  if (fresh.length === 0) return;
  await db
    .insert(endpointWorkers)
    .values(fresh)
    .onConflictDoUpdate({ target: workerId, set: { gpuType: sql`excluded.gpu_type` } });
}
