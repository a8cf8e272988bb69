import type { Database } from "@/db/client";
import { type Point, toPoint } from "@/server/domain/metrics/point";
import { populationWords } from "@/server/domain/metrics/populations";
import type { ProviderId } from "@/server/domain/vocabulary";
import { type MetricsPart, type MetricsQuery, planOf, readParts, sumOfAll } from "./read-metrics";

export interface SeriesBucket {
  startMs: number;
  isRunning: boolean;
  /** Null: nothing ended that was accepted in it. A gap, not a zero. */
  scenario: Point | null;
  comfyui: Point | null;
  /** Both together, where that was asked for. */
  all: Point | null;
}

export interface SeriesAnswer {
  /** In whole buckets (UTC), so a little more than was asked for. */
  fromMs: number;
  toMs: number;
  bucketMs: number;
  /** Whose numbers these are, in words. */
  population: string;
  open: Record<ProviderId, number>;
  behind: number;
  buckets: SeriesBucket[];
}

export async function readSeries(
  db: Database,
  query: MetricsQuery & { withAll?: boolean },
  nowMs: number,
): Promise<SeriesAnswer> {
  const plan = planOf(query, nowMs);
  const { fromMs, toMs, bucketMs } = plan;
  // Both together are the sum of two distributions.
  const { parts, open, behind } = await readParts(db, query, plan, { asPoints: !query.withAll });
  const buckets: SeriesBucket[] = [];
  for (let startMs = fromMs; startMs < toMs; startMs += bucketMs) {
    const own = parts.get(startMs) ?? [];
    const of = (provider: ProviderId) => own.filter((part) => part.provider === provider);
    const isRunning = startMs <= nowMs && nowMs < startMs + bucketMs;
    const [scenario, comfyui] = [pointOfAll(of("scenario")), pointOfAll(of("comfyui"))];
    const all = query.withAll ? pointOfAll(own) : null;
    buckets.push({ startMs, isRunning, scenario, comfyui, all });
  }
  return { fromMs, toMs, bucketMs, population: populationWords(query.populations), open, behind, buckets };
}

/** Null of none. */
function pointOfAll(parts: readonly MetricsPart[]): Point | null {
  const [first] = parts;
  if (first === undefined) return null;
  return (parts.length === 1 && first.point) || toPoint(sumOfAll(parts));
}
