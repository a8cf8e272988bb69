import { desc, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { instances } from "@/db/schema";
import { epochMs } from "./sql-parts";

export interface InstanceView {
  /** `<host>:<process number>:<random>`. */
  id: string;
  role: string;
  startedAtMs: number;
  /** Since its last heartbeat, by the database's clock. */
  silentMs: number;
}

/** Processes with a heartbeat in the last ten seconds; one that was just killed is still among them. */
export async function livingInstances(db: DatabaseOrTransaction): Promise<InstanceView[]> {
  return db
    .select({
      id: instances.id,
      role: instances.role,
      startedAtMs: epochMs(instances.startedAt).mapWith(Number),
      silentMs: sql<number>`(extract(epoch from clock_timestamp() - ${instances.seenAt}) * 1000)::bigint`.mapWith(
        Number,
      ),
    })
    .from(instances)
    .where(sql`${instances.seenAt} > clock_timestamp() - interval '10 seconds'`)
    .orderBy(desc(instances.startedAt));
}
