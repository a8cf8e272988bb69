import { eq } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { endpointSchedules } from "@/db/schema";

export type StoredSchedule = typeof endpointSchedules.$inferSelect;

export async function endpointSchedule(
  db: DatabaseOrTransaction,
  environment: string,
  options: { lock?: boolean } = {},
): Promise<StoredSchedule | null> {
  const query = db.select().from(endpointSchedules).where(eq(endpointSchedules.environment, environment));
  const [row] = await (options.lock ? query.for("update") : query);
  return row ?? null;
}
