import type { Database } from "@/db/client";
import { bucketStart } from "@/server/domain/metrics/buckets";
import { type Population, populationWords } from "@/server/domain/metrics/populations";
import { PROVIDER_IDS, type ProviderId } from "@/server/domain/vocabulary";
import { readMetrics } from "./read-metrics";

const WEEK_MS = 7 * 86_400_000;

/** Money in micro-USD, of generations accepted in the week whose cost is known. */
export interface WeekCost {
  /** Monday, 0:00 UTC. */
  startMs: number;
  isRunning: boolean;
  costMicros: Record<ProviderId, number>;
  images: Record<ProviderId, number>;
  /** What the same work would have cost at the control, and saved: over generations where both are known. */
  baselineMicros: number;
  savingsMicros: number;
}

export async function readCostByWeek(
  db: Database,
  query: { environment: string; populations: readonly Population[]; weeks: number },
  nowMs: number,
): Promise<{ population: string; weeks: WeekCost[] }> {
  const toMs = bucketStart(nowMs, WEEK_MS) + WEEK_MS;
  const window = { fromMs: toMs - query.weeks * WEEK_MS, toMs, bucketMs: WEEK_MS, series: [] };
  const { buckets } = await readMetrics(db, { ...query, ...window }, nowMs);
  const of = (pick: (provider: ProviderId) => number) =>
    Object.fromEntries(PROVIDER_IDS.map((provider) => [provider, pick(provider)])) as Record<ProviderId, number>;
  return {
    population: populationWords(query.populations),
    weeks: buckets.map(({ startMs, isRunning, providers }) => {
      const baseline = of((provider) => providers[provider].counters.baselineMicros);
      const comparable = of((provider) => providers[provider].counters.comparableMicros);
      return {
        startMs,
        isRunning,
        costMicros: of((provider) => providers[provider].counters.costMicros),
        images: of((provider) => providers[provider].counters.images),
        // What the control made costs the same without the candidate: only what was migrated saves.
        baselineMicros: comparable.scenario + baseline.comfyui,
        savingsMicros: baseline.comfyui - comparable.comfyui,
      };
    }),
  };
}
