import type { Database } from "@/db/client";
import { mergeMeasures, NO_MEASURES } from "@/server/domain/metrics/measures";
import { type Point, toPoint } from "@/server/domain/metrics/point";
import { populationWords } from "@/server/domain/metrics/populations";
import type { ProviderId } from "@/server/domain/vocabulary";
import { type MetricsQuery, readMetrics } from "./read-metrics";

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
  const { buckets, totals: _totals, ...answer } = await readMetrics(db, query, nowMs);
  return {
    ...answer,
    population: populationWords(query.populations),
    buckets: buckets.map(({ startMs, isRunning, providers }) => {
      const scenario = providers.scenario === NO_MEASURES ? null : toPoint(providers.scenario);
      const comfyui = providers.comfyui === NO_MEASURES ? null : toPoint(providers.comfyui);
      if (!query.withAll) return { startMs, isRunning, scenario, comfyui, all: null };
      const both = scenario && comfyui && toPoint(mergeMeasures([providers.scenario, providers.comfyui]));
      return { startMs, isRunning, scenario, comfyui, all: both ?? scenario ?? comfyui };
    }),
  };
}
