import type { Database } from "@/db/client";
import { type BucketPlan, coarsest, finestKeptMs } from "@/server/domain/metrics/buckets";
import { type ExpectedCell, judgeExpected } from "@/server/domain/metrics/expected";
import { type Measures, mergeMeasures } from "@/server/domain/metrics/measures";
import { type Point, toPoint } from "@/server/domain/metrics/point";
import { leftOutWords, populationWords } from "@/server/domain/metrics/populations";
import { judgeTrend, type TrendVerdict } from "@/server/domain/metrics/trend";
import { CANDIDATE, type ProviderId } from "@/server/domain/vocabulary";
import { type MetricsPart, type MetricsQuery, planOf, readParts, sumOf } from "./read-metrics";

export interface WindowNumbers {
  fromMs: number;
  toMs: number;
  all: Point;
  scenario: Point;
  comfyui: Point;
}

export interface TotalsAnswer {
  population: string;
  /** What is not counted; empty where everything is. */
  leftOut: string;
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
  const plan = planBoth(query, nowMs);
  const seamMs = plan.fromMs + (plan.toMs - plan.fromMs) / 2;
  const [now, before] = [
    { fromMs: seamMs, toMs: plan.toMs },
    { fromMs: plan.fromMs, toMs: seamMs },
  ];
  const ranges = [
    ...[before, now].flatMap((span) => coarsest(span, plan.tier)),
    // For the trend, which is over the buckets.
    { ...now, widthMs: plan.tier.widthMs, countersOf: CANDIDATE },
  ];
  const { parts, counters, open, behind } = await readParts(db, query, plan, { openFromMs: seamMs, ranges });
  const sumWithin = ({ fromMs, toMs }: typeof now) =>
    sumOf([...parts].flatMap(([startMs, own]) => (startMs >= fromMs && startMs < toMs ? own : [])));
  const measures = sumWithin(now);
  return {
    population: populationWords(query.populations),
    leftOut: leftOutWords(query.populations),
    current: { ...now, ...pointsOf(measures) },
    previous: { ...before, ...pointsOf(sumWithin(before)) },
    open,
    behind,
    coldTrend: judgeTrend(coldStarts(counters, { ...plan, fromMs: seamMs, toMs: Math.min(plan.toMs, nowMs + 1) })),
    expected: judgeExpected(measures, now),
  };
}

/** Cold starts of the candidate, and generations whose start is known, bucket by bucket. */
function coldStarts(parts: ReadonlyMap<number, readonly MetricsPart[]>, { fromMs, toMs, bucketMs }: BucketPlan) {
  const rates: { hits: number; n: number }[] = [];
  for (let startMs = fromMs; startMs < toMs; startMs += bucketMs) {
    const rate = { hits: 0, n: 0 };
    for (const { provider, measures } of parts.get(startMs) ?? []) {
      if (provider !== CANDIDATE) continue;
      const { warm, queued, cold, throttled } = measures.counters;
      rate.hits += cold;
      rate.n += warm + queued + cold + throttled;
    }
    rates.push(rate);
  }
  return rates;
}

/**
 * The window in whole buckets, and as many buckets before it, as one: each rounded by itself would overlap. Buckets are
 * such that both have roll-ups of them.
 */
function planBoth(query: MetricsQuery, nowMs: number): BucketPlan {
  for (let bucketMs = query.bucketMs ?? null; ; ) {
    const plan = planOf({ ...query, bucketMs }, nowMs);
    const beforeMs = plan.fromMs - (plan.toMs - plan.fromMs);
    const finestMs = finestKeptMs(beforeMs, nowMs);
    if (finestMs <= plan.bucketMs) return { ...plan, fromMs: beforeMs };
    bucketMs = finestMs;
  }
}

function pointsOf({ scenario, comfyui }: Record<ProviderId, Measures>) {
  return { all: toPoint(mergeMeasures([scenario, comfyui])), scenario: toPoint(scenario), comfyui: toPoint(comfyui) };
}
