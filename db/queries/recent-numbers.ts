import { and, count, eq, inArray, sql } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { generations } from "@/db/schema";
import { sourcesOf } from "@/server/domain/metrics/populations";
import type { ColdClass, ProviderId } from "@/server/domain/vocabulary";

export interface RecentNumbers {
  provider: ProviderId;
  /** Null: not ended, or ended before anything was known of it. */
  coldClass: ColdClass | null;
  n: number;
  open: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  /** Of succeeded ones; null without any. */
  latencyMsP50: number | null;
  latencyMsP95: number | null;
}

/** What callers sent within the last `seconds`, by provider and class, counted from the rows. */
export async function recentNumbers(
  db: DatabaseOrTransaction,
  environment: string,
  seconds: number,
): Promise<RecentNumbers[]> {
  const inState = (state: string) =>
    sql<number>`count(*) filter (where ${generations.state} = ${state})`.mapWith(Number);
  const latency = (part: number) =>
    sql<
      number | null
    >`percentile_cont(${sql.raw(String(part))}) within group (order by ${generations.latencyMs}) filter (where ${generations.state} = 'succeeded')`;
  return db
    .select({
      provider: generations.provider,
      coldClass: generations.coldClass,
      n: count(),
      open: sql<number>`count(*) filter (where ${generations.finishedAt} is null)`.mapWith(Number),
      succeeded: inState("succeeded"),
      failed: inState("failed"),
      cancelled: inState("cancelled"),
      latencyMsP50: latency(0.5),
      latencyMsP95: latency(0.95),
    })
    .from(generations)
    .where(
      and(
        eq(generations.environment, environment),
        inArray(generations.source, [...sourcesOf(["callers"])]),
        sql`${generations.createdAt} > clock_timestamp() - make_interval(secs => ${seconds})`,
      ),
    )
    .groupBy(generations.provider, generations.coldClass)
    .orderBy(generations.provider, generations.coldClass);
}
