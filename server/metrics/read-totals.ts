import type { Database } from "@/db/client";
import { type BucketPlan, finestKeptMs } from "@/server/domain/metrics/buckets";
import { type ExpectedCell, judgeExpected } from "@/server/domain/metrics/expected";
import { mergeMeasures } from "@/server/domain/metrics/measures";
import { type Point, toPoint } from "@/server/domain/metrics/point";
import { populationWords } from "@/server/domain/metrics/populations";
import { judgeTrend, type TrendVerdict } from "@/server/domain/metrics/trend";
import { CANDIDATE, type ProviderId } from "@/server/domain/vocabulary";
import { type MetricsAnswer, type MetricsQuery, planOf, readMetrics } from "./read-metrics";

export interface WindowNumbers {
  fromMs: number;
  toMs: number;
  all: Point;
  scenario: Point;
  comfyui: Point;
}

export interface TotalsAnswer {
  population: string;
  current: WindowNumbers;
  /** The time before: of the same length, and ends where the current one begins. */
  previous: WindowNumbers;
  open: Record<ProviderId, number>;
  behind: number;
  /** Of the candidate's cold starts over the window. */
  coldTrend: TrendVerdict;
  /** The plan's table beside what was measured. */
  expected: ExpectedCell[];
}

export async function readTotals(db: Database, query: MetricsQuery, nowMs: number): Promise<TotalsAnswer> {
  const [now, before] = planBoth(query, nowMs);
  const current = await readMetrics(db, query, nowMs, now);
  const previous = await readMetrics(db, query, nowMs, before);
  return {
    population: populationWords(query.populations),
    current: numbersOf(current),
    previous: numbersOf(previous),
    open: current.open,
    behind: current.behind,
    coldTrend: judgeTrend(
      current.buckets
        .filter((bucket) => bucket.startMs <= nowMs)
        .map(({ providers }) => {
          const { warm, queued, cold, throttled } = providers[CANDIDATE].counters;
          return { hits: cold, n: warm + queued + cold + throttled };
        }),
    ),
    expected: judgeExpected(current.totals, { fromMs: current.fromMs, toMs: current.toMs }),
  };
}

/**
 * The window in whole buckets, and as many buckets before it: each rounded by itself would overlap. Buckets are such
 * that both have roll-ups of them.
 */
function planBoth(query: MetricsQuery, nowMs: number): [BucketPlan, BucketPlan] {
  for (let bucketMs = query.bucketMs ?? null; ; ) {
    const plan = planOf({ ...query, bucketMs }, nowMs);
    const beforeMs = plan.fromMs - (plan.toMs - plan.fromMs);
    const finestMs = finestKeptMs(beforeMs, nowMs);
    if (finestMs <= plan.bucketMs) return [plan, { ...plan, fromMs: beforeMs, toMs: plan.fromMs }];
    bucketMs = finestMs;
  }
}

function numbersOf({ fromMs, toMs, totals }: MetricsAnswer): WindowNumbers {
  return {
    fromMs,
    toMs,
    all: toPoint(mergeMeasures([totals.scenario, totals.comfyui])),
    scenario: toPoint(totals.scenario),
    comfyui: toPoint(totals.comfyui),
  };
}
