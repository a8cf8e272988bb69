import { and, desc, eq, inArray, isNull, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { checklistResults, checklistRuns } from "@/db/schema";
import type { ChecklistItem, ChecklistState } from "@/server/domain/checklist";

export type ChecklistRunRow = typeof checklistRuns.$inferSelect;
export type ChecklistResultRow = typeof checklistResults.$inferSelect;

/** A cancelled or interrupted item says nothing: what was found before it stands. */
const JUDGED_STATES: ChecklistState[] = ["passed", "failed", "skipped", "by_hand"];

/** The newest result of every item that has one, whatever run it is of; `judged`: of those that say something. */
export async function newestResults(
  db: DatabaseOrTransaction,
  environment: string,
  which: "any" | "judged",
): Promise<ChecklistResultRow[]> {
  const ofEnvironment = eq(checklistResults.environment, environment);
  return db
    .selectDistinctOn([checklistResults.item])
    .from(checklistResults)
    .where(which === "any" ? ofEnvironment : and(ofEnvironment, inArray(checklistResults.state, JUDGED_STATES)))
    .orderBy(checklistResults.item, desc(checklistResults.createdAt), desc(checklistResults.id));
}

/** The results of one run, in no order. */
export async function resultsOfRun(db: DatabaseOrTransaction, runId: string): Promise<ChecklistResultRow[]> {
  return db.select().from(checklistResults).where(eq(checklistResults.runId, runId));
}

/** Null: there is none. */
export async function checklistRun(db: DatabaseOrTransaction, id: string): Promise<ChecklistRunRow | null> {
  const [row] = await db.select().from(checklistRuns).where(eq(checklistRuns.id, id));
  return row ?? null;
}

/** The newest run of an environment; null: it never had one. */
export async function newestRun(db: DatabaseOrTransaction, environment: string): Promise<ChecklistRunRow | null> {
  const [row] = await db
    .select()
    .from(checklistRuns)
    .where(eq(checklistRuns.environment, environment))
    .orderBy(desc(checklistRuns.createdAt), desc(checklistRuns.id))
    .limit(1);
  return row ?? null;
}

export async function openRun(db: DatabaseOrTransaction, environment: string): Promise<ChecklistRunRow | null> {
  const [row] = await db
    .select()
    .from(checklistRuns)
    .where(and(eq(checklistRuns.environment, environment), isNull(checklistRuns.endedAt)));
  return row ?? null;
}

/** Long enough for a stalled process to notice, short enough that a killed one's run goes on soon. */
const LEASE_S = 12;

/** Takes an open run that nobody works on, under a new fence. Null: there is none. */
export async function claimRun(db: DatabaseOrTransaction, owner: string): Promise<ChecklistRunRow | null> {
  const free = sql`(select ${checklistRuns.id} from ${checklistRuns} where ${checklistRuns.endedAt} is null
    and (${checklistRuns.leaseUntil} is null or ${checklistRuns.leaseUntil} < clock_timestamp())
    order by ${checklistRuns.createdAt} limit 1 for update skip locked)`;
  const [row] = await db
    .update(checklistRuns)
    .set({
      owner,
      fence: sql`${checklistRuns.fence} + 1`,
      leaseUntil: sql`clock_timestamp() + make_interval(secs => ${LEASE_S})`,
      startedAt: sql`coalesce(${checklistRuns.startedAt}, clock_timestamp())`,
    })
    .where(sql`${checklistRuns.id} = ${free}`)
    .returning();
  return row ?? null;
}

export interface Held {
  id: string;
  fence: number;
}

const held = ({ id, fence }: Held) =>
  and(eq(checklistRuns.id, id), eq(checklistRuns.fence, fence), isNull(checklistRuns.endedAt));

/** Null: another has taken the run. */
export async function renewRun(
  db: DatabaseOrTransaction,
  run: Held,
): Promise<{ cancelRequestedBy: string | null } | null> {
  const [row] = await db
    .update(checklistRuns)
    .set({ leaseUntil: sql`clock_timestamp() + make_interval(secs => ${LEASE_S})` })
    .where(held(run))
    .returning({ cancelRequestedBy: checklistRuns.cancelRequestedBy });
  return row ?? null;
}

/** Changes the run while it is ours; false: it is not, and nothing was written. */
export async function updateHeldRun(
  db: DatabaseOrTransaction,
  run: Held,
  change: Partial<Pick<ChecklistRunRow, "owner" | "leaseUntil" | "drill">> & { ended?: true },
): Promise<boolean> {
  const { ended, ...values } = change;
  const rows = await db
    .update(checklistRuns)
    .set({ ...values, ...(ended ? { endedAt: sql`clock_timestamp()`, leaseUntil: null } : {}) })
    .where(held(run))
    .returning({ id: checklistRuns.id });
  return rows.length > 0;
}

/** Changes one result of a run that is ours; false: it is not, and nothing was written. */
export async function updateHeldResult(
  db: DatabaseOrTransaction,
  run: Held,
  item: ChecklistItem,
  change: Partial<Pick<ChecklistResultRow, "state" | "words" | "failureMode" | "steps" | "evidenceSha256">> & {
    started?: true;
    ended?: true;
  },
): Promise<boolean> {
  const { started, ended, ...values } = change;
  const rows = await db
    .update(checklistResults)
    .set({
      ...values,
      ...(started ? { startedAt: sql`clock_timestamp()` } : {}),
      ...(ended ? { endedAt: sql`clock_timestamp()` } : {}),
    })
    .where(
      and(
        eq(checklistResults.runId, run.id),
        eq(checklistResults.item, item),
        sql`exists (select 1 from ${checklistRuns} where ${held(run)})`,
      ),
    )
    .returning({ id: checklistResults.id });
  return rows.length > 0;
}

/** Was a generation accepted under the caller's key? Null: none. */
export async function generationByKey(
  db: DatabaseOrTransaction,
  scope: string,
  idempotencyKey: string,
): Promise<string | null> {
  const { rows } = await db.execute<{ id: string }>(
    sql`select id from generations where scope = ${scope} and idempotency_key = ${idempotencyKey}`,
  );
  return rows[0]?.id ?? null;
}
