import { and, eq, sql } from "drizzle-orm";
import type { Transaction } from "@/db/client";
import { reviews } from "@/db/schema";

export const reviewOf = (environment: string, week: string) =>
  and(eq(reviews.environment, environment), eq(reviews.week, week));

/** The review's row, or null, with nobody else changing it until the transaction ends: the row may not exist yet, so its name is locked. */
export async function lockReview(tx: Transaction, environment: string, week: string) {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`review ${environment} ${week}`}))`);
  const [row] = await tx.select().from(reviews).where(reviewOf(environment, week));
  return row ?? null;
}
