import { and, desc, eq, gte, inArray, isNull, lt, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { batchCalls, batches, batchVotes, images } from "@/db/schema";
import type { BlindChoice } from "@/server/domain/batch";
import type { TimeSpan } from "@/server/domain/statistics/verdict";
import { CANDIDATE, CONTROL, type ProviderId } from "@/server/domain/vocabulary";

export type BatchRow = typeof batches.$inferSelect;
export type BatchCallRow = typeof batchCalls.$inferSelect;

/** Null: there is none. `lock`: nobody else decides over its next call until the transaction ends. */
export async function batchRow(
  db: DatabaseOrTransaction,
  id: string,
  options: { lock?: boolean } = {},
): Promise<BatchRow | null> {
  const query = db.select().from(batches).where(eq(batches.id, id));
  const [row] = await (options.lock ? query.for("update") : query);
  return row ?? null;
}

export async function openBatches(db: DatabaseOrTransaction): Promise<BatchRow[]> {
  return db.select().from(batches).where(isNull(batches.endedAt)).orderBy(batches.createdAt);
}

/** The newest first. */
export async function newestBatches(
  db: DatabaseOrTransaction,
  environment: string,
  limit: number,
): Promise<BatchRow[]> {
  return db
    .select()
    .from(batches)
    .where(eq(batches.environment, environment))
    .orderBy(desc(batches.createdAt), desc(batches.id))
    .limit(limit);
}

/** In the order in which they are asked for. */
export async function callsOf(db: DatabaseOrTransaction, batchIds: readonly string[]): Promise<BatchCallRow[]> {
  if (batchIds.length === 0) return [];
  return db
    .select()
    .from(batchCalls)
    .where(inArray(batchCalls.batchId, [...batchIds]))
    .orderBy(batchCalls.batchId, batchCalls.position, batchCalls.provider);
}

/** Writes down what came of the generations that have ended since. */
export async function collectEnded(db: DatabaseOrTransaction, batchId: string): Promise<void> {
  await db.execute(sql`update batch_calls c set state = g.state, cost_micros = coalesce(g.cost_micros, 0),
      latency_ms = g.latency_ms, failure_mode = g.failure_mode, reserved_micros = null,
      words = case when g.state = 'succeeded' then null else
        coalesce((select a.failure_message from attempts a where a.generation_id = g.id order by a.number desc limit 1), g.state) end
    from generations g
    where c.batch_id = ${batchId} and c.state = 'running' and g.id = c.generation_id
      and g.state in ('succeeded', 'failed', 'cancelled')`);
}

/** The first picture of each generation, by the generation's id. */
export async function firstPictures(db: DatabaseOrTransaction, generationIds: readonly string[]) {
  if (generationIds.length === 0) return new Map<string, typeof images.$inferSelect>();
  const rows = await db
    .select()
    .from(images)
    .where(and(inArray(images.generationId, [...generationIds]), eq(images.role, "output"), eq(images.position, 0)));
  return new Map(rows.map((row) => [row.generationId, row]));
}

export interface MeasuredCost {
  provider: ProviderId;
  n: number;
  meanMicros: number;
  microsP95: number;
}

/** What a picture from text has cost each provider lately: the last 200 of a week that have a price. */
export async function measuredCosts(db: DatabaseOrTransaction, environment: string): Promise<MeasuredCost[]> {
  const { rows } = await db.execute<{ provider: ProviderId; n: number; meanMicros: number; microsP95: number }>(sql`
    select provider, count(*)::int as n, round(avg(cost_micros))::float8 as "meanMicros",
      (percentile_disc(0.95) within group (order by cost_micros))::float8 as "microsP95"
    from (select provider, cost_micros, row_number() over (partition by provider order by created_at desc) as at
      from generations where environment = ${environment} and created_at > clock_timestamp() - interval '7 days'
        and operation = 'txt2img' and state = 'succeeded' and cost_micros is not null) as lately
    where at <= 200 group by provider`);
  return rows.map((row) => ({ ...row, n: Number(row.n) }));
}

/** Votes on pairs of these environments' batches within the window, by what was chosen. */
export async function blindVotes(
  db: DatabaseOrTransaction,
  { environments, fromMs, toMs }: TimeSpan & { environments: string[] },
): Promise<{ candidateWins: number; controlWins: number; noDifference: number; voters: number }> {
  const chose = (choice: BlindChoice) => sql<number>`count(*) filter (where ${batchVotes.choice} = ${choice})`;
  const [row] = await db
    .select({
      candidateWins: chose(CANDIDATE).mapWith(Number),
      controlWins: chose(CONTROL).mapWith(Number),
      noDifference: chose("none").mapWith(Number),
      voters: sql<number>`count(distinct ${batchVotes.voter})`.mapWith(Number),
    })
    .from(batchVotes)
    .innerJoin(batches, eq(batches.id, batchVotes.batchId))
    .where(
      and(
        inArray(batches.environment, environments),
        gte(batchVotes.at, new Date(fromMs)),
        lt(batchVotes.at, new Date(toMs)),
      ),
    );
  return row ?? { candidateWins: 0, controlWins: 0, noDifference: 0, voters: 0 };
}

export async function votesOf(db: DatabaseOrTransaction, batchId: string): Promise<(typeof batchVotes.$inferSelect)[]> {
  return db.select().from(batchVotes).where(eq(batchVotes.batchId, batchId));
}
