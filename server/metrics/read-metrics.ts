import type { Database } from "@/db/client";
import { countOpen, type RollupRange, type RollupRow, readPendingEvents, readRollups } from "@/db/queries/rollups";
import { type BucketPlan, bucketStart, isBucketProblem, planBuckets } from "@/server/domain/metrics/buckets";
import type { MetricEvent } from "@/server/domain/metrics/events";
import {
  type Measures,
  MeasuresBuilder,
  mergeMeasures,
  NO_MEASURES,
  SERIES,
  type Series,
} from "@/server/domain/metrics/measures";
import { type Population, populationOf, sourcesOf } from "@/server/domain/metrics/populations";
import { readMeasures } from "@/server/domain/metrics/stored-measures";
import type { ColdClass, ProviderId, Source } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";

/** Beyond so many a view would be slow: it then says that the rest is still being counted. */
const PENDING_MAX = 20_000;

export interface MetricsQuery {
  environment: string;
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  /** Null: chosen from the window. */
  bucketMs?: number | null;
  populations: readonly Population[];
  /** Empty or absent: both. */
  providers?: readonly ProviderId[];
  /** Empty or absent: all. They cost a little more: a row of each source, operation and model. */
  sources?: readonly Source[];
  operations?: readonly string[];
  models?: readonly string[];
  /** How a generation, and for what is of attempts an attempt, started. */
  classes?: readonly ColdClass[];
  /** Which distributions are wanted; default: all. */
  series?: readonly Series[];
}

export interface MetricsBucket {
  startMs: number;
  /** It has not ended yet: more will come. */
  isRunning: boolean;
  providers: Record<ProviderId, Measures>;
}

export interface MetricsAnswer {
  /** The window in whole buckets (UTC). */
  fromMs: number;
  toMs: number;
  bucketMs: number;
  buckets: MetricsBucket[];
  /** Adds the whole window up. */
  totals: () => Record<ProviderId, Measures>;
  /** Accepted in the window and not ended: in none of the numbers. */
  open: Record<ProviderId, number>;
  /** Ended, and not in these numbers yet; 0 but while very many arrive at once, as in an import. */
  behind: number;
}

/**
 * The numbers of a window by bucket and provider, from roll-ups and what is not in them yet, on one snapshot: their sums
 * are the rows' to the unit. Throws BAD_REQUEST for a window that cannot be answered.
 */
export async function readMetrics(db: Database, query: MetricsQuery, nowMs: number): Promise<MetricsAnswer> {
  const plan = planOf(query, nowMs);
  const { parts, open, behind } = await readParts(db, query, plan);
  const buckets: MetricsBucket[] = [];
  for (let startMs = plan.fromMs; startMs < plan.toMs; startMs += plan.bucketMs) {
    const isRunning = startMs <= nowMs && nowMs < startMs + plan.bucketMs;
    buckets.push({ startMs, isRunning, providers: sumOf(parts.get(startMs) ?? []) });
  }
  const { fromMs, toMs, bucketMs } = plan;
  // Not everybody asks, and it costs as much as all buckets together.
  const totals = () => sumOf([...parts.values()].flat());
  return { fromMs, toMs, bucketMs, buckets, totals, open, behind };
}

/** What of a bucket stands in one place: a roll-up, or all that is not in one yet. */
export interface MetricsPart {
  provider: ProviderId;
  /** These are `*` in what is not told apart. */
  source: string;
  operation: string;
  model: string;
  /** Empty where there is none. */
  coldClass: string;
  measures: Measures;
}

interface MetricsParts {
  /** By the start of their bucket. */
  parts: Map<number, MetricsPart[]>;
  open: Record<ProviderId, number>;
  behind: number;
}

interface PartsOptions {
  /** What has not ended is counted from there on. */
  openFromMs?: number;
  /** Sources, operations, models and classes are told apart even where all of them are wanted. */
  isFine?: boolean;
  /** Other roll-ups of the same window; each then stands in the bucket that it begins in. */
  ranges?: readonly RollupRange[];
  /** Counts and sums alone, of one provider. */
  countersOf?: ProviderId;
}

/** All that the numbers of the plan's window are the sum of, on one snapshot. */
export async function readParts(
  db: Database,
  query: MetricsQuery,
  plan: BucketPlan,
  options: PartsOptions = {},
): Promise<MetricsParts> {
  const span = { environment: query.environment, fromMs: plan.fromMs, toMs: plan.toMs };
  const isTotal = !(options.isFine ?? hasNarrowing(query));
  const { openFromMs = plan.fromMs, ranges = [{ ...span, widthMs: plan.tier.widthMs }], countersOf } = options;
  const { rows, pending, open } = await db.transaction(
    async (tx) => ({
      rows: await readRollups(tx, {
        environment: query.environment,
        ranges,
        isTotal,
        ...(countersOf ? { provider: countersOf, onlyCounters: true } : {}),
      }),
      pending: await readPendingEvents(tx, span, PENDING_MAX),
      open: await countOpen(tx, { ...span, fromMs: openFromMs }, sourcesOf(query.populations)),
    }),
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
  const parts = new Map<number, MetricsPart[]>();
  const put = (startMs: number, part: MetricsPart) => {
    const known = parts.get(startMs);
    if (known) known.push(part);
    else parts.set(startMs, [part]);
  };
  const wanted = query.series ?? SERIES;
  for (const row of rows) {
    if (!fits(row, query, isTotal)) continue;
    const { startMs, counters: _c, failures: _f, attemptFailures: _a, sketches: _s, ...place } = row;
    put(bucketStart(startMs, plan.bucketMs), { ...place, measures: readMeasures(row, wanted) });
  }
  const fresh = new Map<string, Omit<MetricsPart, "measures"> & { startMs: number; builder: MeasuresBuilder }>();
  for (const event of pending.events) {
    if (!eventFits(event, query)) continue;
    const startMs = bucketStart(event.bucketAtMs, plan.bucketMs);
    const { provider, source, operation, model, coldClass } = event;
    const place = isTotal
      ? { provider, source: populationOf(source), operation: "*", model: "*", coldClass: "*" }
      : { provider, source, operation, model, coldClass: coldClass ?? "" };
    const key = JSON.stringify([startMs, place]);
    const known = fresh.get(key) ?? { startMs, ...place, builder: new MeasuresBuilder() };
    fresh.set(key, known);
    known.builder.add(event);
  }
  for (const { startMs, builder, ...place } of fresh.values()) put(startMs, { ...place, measures: builder.build() });
  return { parts, open, behind: Math.max(0, pending.pending - pending.events.length) };
}

/** The parts added up by provider. */
export function sumOf(parts: readonly MetricsPart[]): Record<ProviderId, Measures> {
  const of = (provider: ProviderId) => sumOfAll(parts.filter((part) => part.provider === provider));
  return { scenario: of("scenario"), comfyui: of("comfyui") };
}

/** The parts added up; a single one is its own sum, and none is `NO_MEASURES`. */
export function sumOfAll(parts: readonly MetricsPart[]): Measures {
  const [first, ...others] = parts;
  if (first === undefined) return NO_MEASURES;
  return others.length === 0 ? first.measures : mergeMeasures(parts.map(({ measures }) => measures));
}

/** How the query's window is cut. Throws BAD_REQUEST, naming field and rule, where it cannot be. */
export function planOf(query: Pick<MetricsQuery, "fromMs" | "toMs" | "bucketMs">, nowMs: number): BucketPlan {
  const plan = planBuckets(query, nowMs);
  if (isBucketProblem(plan)) throw new AppError("BAD_REQUEST", `${plan.field} ${plan.rule}`, { problems: [plan] });
  return plan;
}

const has = <Value>(list: readonly Value[] | undefined, value: Value) =>
  list === undefined || list.length === 0 || list.includes(value);

function hasNarrowing({ sources, operations, models, classes }: MetricsQuery): boolean {
  return [sources, operations, models, classes].some((list) => list !== undefined && list.length > 0);
}

function fits(row: RollupRow, query: MetricsQuery, isTotal: boolean): boolean {
  if (!has(query.providers, row.provider)) return false;
  if (isTotal) return (query.populations as readonly string[]).includes(row.source);
  // A finer row's source is one of the vocabulary's.
  const source = row.source as Source;
  return (
    query.populations.includes(populationOf(source)) &&
    has(query.sources, source) &&
    has(query.operations, row.operation) &&
    has(query.models, row.model) &&
    has<string>(query.classes, row.coldClass)
  );
}

function eventFits(event: MetricEvent, query: MetricsQuery): boolean {
  return (
    query.populations.includes(populationOf(event.source)) &&
    has(query.providers, event.provider) &&
    has(query.sources, event.source) &&
    has(query.operations, event.operation) &&
    has(query.models, event.model) &&
    has<string>(query.classes, event.coldClass ?? "")
  );
}
