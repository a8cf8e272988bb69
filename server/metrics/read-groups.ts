import type { Database } from "@/db/client";
import { type Point, toPoint } from "@/server/domain/metrics/point";
import { populationWords } from "@/server/domain/metrics/populations";
import { type MetricsPart, type MetricsQuery, planOf, readParts, sumOfAll } from "./read-metrics";

/** What numbers can be told apart by. */
export const GROUPINGS = ["provider", "class", "source", "operation", "model"] as const;
export type Grouping = (typeof GROUPINGS)[number];

const GROUP_OF: Record<Grouping, (part: MetricsPart) => string> = {
  provider: (part) => part.provider,
  class: (part) => part.coldClass,
  source: (part) => part.source,
  operation: (part) => part.operation,
  model: (part) => part.model,
};

export interface MetricsGroup {
  /** Of the grouping's words; empty where there is none, such as the class of what was cancelled in the queue. */
  group: string;
  /** Of the whole window. */
  total: Point;
  /** Null: a gap, not a zero. */
  buckets: { startMs: number; point: Point | null }[];
}

export interface GroupsAnswer {
  population: string;
  /** In whole buckets (UTC). */
  fromMs: number;
  toMs: number;
  bucketMs: number;
  behind: number;
  /** The one with most generations first; together they are all that the window holds. */
  groups: MetricsGroup[];
}

/** The window's numbers told apart by one thing, each group's as a whole and by bucket. Throws BAD_REQUEST. */
export async function readGroups(
  db: Database,
  query: MetricsQuery & { by: Grouping },
  nowMs: number,
): Promise<GroupsAnswer> {
  const plan = planOf(query, nowMs);
  const { parts, behind } = await readParts(db, query, plan, { isFine: true });
  const groupOf = GROUP_OF[query.by];
  const groups = new Map<string, Map<number, MetricsPart[]>>();
  for (const [startMs, ofBucket] of parts) {
    for (const part of ofBucket) {
      const group = groups.get(groupOf(part)) ?? new Map<number, MetricsPart[]>();
      groups.set(groupOf(part), group);
      const known = group.get(startMs);
      if (known) known.push(part);
      else group.set(startMs, [part]);
    }
  }
  const { fromMs, toMs, bucketMs } = plan;
  return {
    population: populationWords(query.populations),
    fromMs,
    toMs,
    bucketMs,
    behind,
    groups: [...groups]
      .map(([group, byBucket]) => {
        const buckets: MetricsGroup["buckets"] = [];
        for (let startMs = fromMs; startMs < toMs; startMs += bucketMs) {
          const own = byBucket.get(startMs);
          buckets.push({ startMs, point: own ? toPoint(sumOfAll(own)) : null });
        }
        return { group, total: toPoint(sumOfAll([...byBucket.values()].flat())), buckets };
      })
      .sort((left, right) => right.total.generations - left.total.generations || left.group.localeCompare(right.group)),
  };
}
