import type { Database } from "@/db/client";
import { type ExpectedCell, judgeExpected } from "@/server/domain/metrics/expected";
import { mergeMeasures } from "@/server/domain/metrics/measures";
import { type Point, toPoint } from "@/server/domain/metrics/point";
import { populationWords } from "@/server/domain/metrics/populations";
import { judgeTrend, type TrendVerdict } from "@/server/domain/metrics/trend";
import { CANDIDATE, type ProviderId } from "@/server/domain/vocabulary";
import { type MetricsAnswer, type MetricsQuery, readMetrics } from "./read-metrics";

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
  /** The time before, of the same length. */
  previous: WindowNumbers;
  open: Record<ProviderId, number>;
  behind: number;
  /** Of the candidate's cold starts over the window. */
  coldTrend: TrendVerdict;
  /** The plan's table beside what was measured. */
  expected: ExpectedCell[];
}

export async function readTotals(db: Database, query: MetricsQuery, nowMs: number): Promise<TotalsAnswer> {
  const lengthMs = query.toMs - query.fromMs;
  const current = await readMetrics(db, query, nowMs);
  const before = { ...query, fromMs: Math.max(0, query.fromMs - lengthMs), toMs: query.fromMs, bucketMs: null };
  const previous = await readMetrics(db, before, nowMs);
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

function numbersOf({ fromMs, toMs, totals }: MetricsAnswer): WindowNumbers {
  return {
    fromMs,
    toMs,
    all: toPoint(mergeMeasures([totals.scenario, totals.comfyui])),
    scenario: toPoint(totals.scenario),
    comfyui: toPoint(totals.comfyui),
  };
}
