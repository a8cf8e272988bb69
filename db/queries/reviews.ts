import { and, asc, eq, isNull, lt } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { reviewActions, reviews } from "@/db/schema";

export interface ReviewRow {
  week: string;
  unexpected: string;
  notes: string;
  updatedAtMs: number;
  updatedBy: string;
  signed: { atMs: number; by: string; timeZone: string; frozen: unknown } | null;
}

/** What people have written to a week, and their signature; null where nobody has. */
export async function readReviewRow(
  db: DatabaseOrTransaction,
  environment: string,
  week: string,
): Promise<ReviewRow | null> {
  const [row] = await db
    .select()
    .from(reviews)
    .where(and(eq(reviews.environment, environment), eq(reviews.week, week)));
  if (!row) return null;
  const { unexpected, notes, updatedBy, signedAt, signedBy } = row;
  const signed =
    signedAt && signedBy
      ? { atMs: signedAt.getTime(), by: signedBy, timeZone: row.timeZone ?? "UTC", frozen: row.frozen }
      : null;
  return { week, unexpected, notes, updatedBy, updatedAtMs: row.updatedAt.getTime(), signed };
}

export interface ReviewAction {
  id: string;
  week: string;
  title: string;
  owner: string;
  dueOn: string;
  createdBy: string;
  doneAtMs: number | null;
  doneBy: string | null;
}

/** The week's own actions, and what earlier weeks have left open; the earliest due first. */
export async function listActions(db: DatabaseOrTransaction, environment: string, week: string) {
  const of = eq(reviewActions.environment, environment);
  const order = [asc(reviewActions.dueOn), asc(reviewActions.id)];
  const own = await db
    .select()
    .from(reviewActions)
    .where(and(of, eq(reviewActions.week, week)))
    .orderBy(...order);
  const open = await db
    .select()
    .from(reviewActions)
    .where(and(of, lt(reviewActions.week, week), isNull(reviewActions.doneAt)))
    .orderBy(...order)
    .limit(50);
  return { own: own.map(toAction), open: open.map(toAction) };
}

function toAction(row: typeof reviewActions.$inferSelect): ReviewAction {
  const { id, week, title, owner, dueOn, createdBy, doneBy } = row;
  return { id, week, title, owner, dueOn, createdBy, doneBy, doneAtMs: row.doneAt?.getTime() ?? null };
}
