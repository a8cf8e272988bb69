import type { Database } from "@/db/client";
import { type GenerationBucket, generationBuckets } from "@/db/queries/generation-buckets";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { isBucketProblem, planBuckets } from "@/server/domain/metrics/buckets";
import { AppError } from "@/server/errors";
import type { GenerationFilter } from "./gateway";
import type { Principal } from "./types";

export interface GenerationChart {
  /** In whole buckets (UTC), so a little more than was asked for; what is counted is exactly what was. */
  fromMs: number;
  toMs: number;
  bucketMs: number;
  total: number;
  buckets: GenerationBucket[];
}

const NOTHING = { n: 0, ms: null };

/** The rows of a view over time, from its start to its end or now: every bucket, also those without a row. */
export async function chartView(
  db: Database,
  principal: Principal,
  filter: GenerationFilter & { fromMs: number },
  nowMs: number,
): Promise<GenerationChart> {
  requireScope(principal, "read");
  requireEnvironment(principal, filter.environment);
  const plan = planBuckets({ fromMs: filter.fromMs, toMs: filter.toMs ?? Math.max(nowMs, filter.fromMs) + 1 }, nowMs);
  if (isBucketProblem(plan)) throw new AppError("BAD_REQUEST", `${plan.field} ${plan.rule}`, { problems: [plan] });
  const { fromMs, bucketMs } = plan;
  // What another clock than ours put after now is in the table, so it is here as well.
  const found = await generationBuckets(db, filter, { originMs: fromMs, bucketMs });
  const toMs = Math.max(plan.toMs, (found.at(-1)?.startMs ?? 0) + bucketMs);
  const byStart = new Map(found.map((bucket) => [bucket.startMs, bucket]));
  const buckets = Array.from({ length: Math.round((toMs - fromMs) / bucketMs) }, (_, index) => {
    const startMs = fromMs + index * bucketMs;
    return byStart.get(startMs) ?? emptyBucket(startMs);
  });
  const total = found.reduce((sum, bucket) => sum + bucket.scenario + bucket.comfyui, 0);
  return { fromMs, toMs, bucketMs, total, buckets };
}

function emptyBucket(startMs: number): GenerationBucket {
  return {
    startMs,
    scenario: 0,
    comfyui: 0,
    failed: 0,
    latencyScenario: NOTHING,
    latencyWarm: NOTHING,
    latencyCold: NOTHING,
  };
}
