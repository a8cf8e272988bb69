import { isNotNull, isNull, or } from "drizzle-orm";
import type { Database } from "@/db/client";
import { type BucketGrid, partsOfRows, partsPending } from "@/db/queries/generation-buckets";
import { AHEAD_MS, SEARCHED_ROWS_MAX } from "@/db/queries/generation-facets";
import { acceptedWithin, allConditions } from "@/db/queries/list-generations";
import { readRollups } from "@/db/queries/rollups";
import { generations } from "@/db/schema";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { isBucketProblem, planBuckets } from "@/server/domain/metrics/buckets";
import { type Cover, coverSpan } from "@/server/domain/metrics/cover-span";
import { AppError } from "@/server/errors";
import { ChartBuckets, type GenerationBucket, LATENCIES } from "./chart-buckets";
import type { GenerationFilter } from "./gateway";
import type { Principal } from "./types";

export interface GenerationChart {
  /** In whole buckets (UTC), so a little more than was asked for; what is counted is exactly what was. */
  fromMs: number;
  toMs: number;
  bucketMs: number;
  total: number;
  /** There are more than are drawn: of a search, the newest are. */
  more: boolean;
  buckets: GenerationBucket[];
}

const NOTHING = { n: 0, ms: null };

/** A view over time, from its start to its end or now: every bucket, also those without a row. */
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
  const grid = { originMs: fromMs, bucketMs };
  const sums = new ChartBuckets(filter, bucketMs);
  const isSearch = Boolean(filter.search?.trim());
  if (isSearch) sums.addParts(await partsOfRows(db, await allConditions(db, filter), grid, SEARCHED_ROWS_MAX + 1));
  else {
    const toMs = filter.toMs ?? Math.max(nowMs, filter.fromMs) + AHEAD_MS;
    const cover = coverSpan({ fromMs: filter.fromMs, toMs }, nowMs, plan.tier.widthMs);
    await addAll(db, sums, filter, cover, grid);
  }
  const found = sums.build();
  const toMs = found.reduce((end, { startMs }) => Math.max(end, startMs + bucketMs), plan.toMs);
  const byStart = new Map(found.map((bucket) => [bucket.startMs, bucket]));
  const buckets = Array.from({ length: Math.round((toMs - fromMs) / bucketMs) }, (_, index) => {
    const startMs = fromMs + index * bucketMs;
    return byStart.get(startMs) ?? emptyBucket(startMs);
  });
  const total = found.reduce((sum, bucket) => sum + bucket.scenario + bucket.comfyui, 0);
  const more = isSearch && total > SEARCHED_ROWS_MAX;
  return { fromMs, toMs, bucketMs, total: more ? SEARCHED_ROWS_MAX : total, more, buckets };
}

/** Open rows, those at the ends of the view, roll-ups, and what is not in them yet: on one snapshot, each counted once. */
async function addAll(db: Database, sums: ChartBuckets, filter: GenerationFilter, cover: Cover, grid: BucketGrid) {
  const { ranges, whole, edges } = cover;
  await db.transaction(
    async (tx) => {
      const conditions = await allConditions(tx, filter);
      sums.addParts(await partsOfRows(tx, [...conditions, isNull(generations.finishedAt)], grid, null));
      const atEdges = or(...edges.map(acceptedWithin));
      if (atEdges)
        sums.addParts(await partsOfRows(tx, [...conditions, isNotNull(generations.finishedAt), atEdges], grid, null));
      if (whole === null) return;
      sums.addParts(await partsPending(tx, filter, whole, grid));
      sums.addRollups(
        await readRollups(tx, { environment: filter.environment, ranges, isTotal: false, wanted: LATENCIES }),
      );
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
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
