import type { Database } from "@/db/client";
import { type RollupRange, readMetricsParts } from "@/db/queries/metrics-parts";
import { addMeasuresOf, measuresOf, type RollupPlace, type StoredColumns } from "@/db/queries/rollups";
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
import { type Point, pointOf } from "@/server/domain/metrics/point";
import { type Population, populationOf, readAs, sourcesOf } from "@/server/domain/metrics/populations";
import { PARTS } from "@/server/domain/metrics/stored-measures";
import { areKnownOf, readQuantiles } from "@/server/domain/metrics/stored-quantiles";
import { type ColdClass, PROVIDER_IDS, type ProviderId, type Source } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";

/** Beyond so many a view would be slow: it then says that the rest is still being counted. */
const PENDING_MAX = 20_000;
/** From so many parts on, a builder's own memory costs less than theirs. */
const MANY = 8;

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
  /** Of a roll-up they are read when they are asked for. Throws where it was read for its point alone. */
  readonly measures: Measures;
  addTo(builder: MeasuresBuilder): void;
  /** Of a roll-up that was read for its point alone: it is all of its bucket, and its distributions have not been read. */
  readonly point: Point | null;
}

interface MetricsParts {
  /** By the start of their bucket. */
  parts: Map<number, MetricsPart[]>;
  /** Of ranges that counters alone were asked of; they are in no other part. */
  counters: Map<number, MetricsPart[]>;
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
  /** Buckets are not added up: parts may be points. */
  asPoints?: boolean;
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
  const { openFromMs = plan.fromMs, ranges = [{ ...span, widthMs: plan.tier.widthMs }] } = options;
  const wanted = query.series ?? SERIES;
  const sources = sourcesOf(query.populations);
  const { totals, apart } = isTotal ? readAs(query.populations) : { totals: [], apart: sources };
  const { rollups, pending, pendingMore, open } = await readMetricsParts(db, {
    span,
    ranges,
    totals,
    sources: apart,
    providers: query.providers?.length ? query.providers : PROVIDER_IDS,
    withLatencies: wanted.some((name) => !PARTS.includes(name)),
    withParts: wanted.some((name) => PARTS.includes(name)),
    // Of one total alone: several are added up.
    pointMs: options.asPoints && totals.length === 1 && apart.length === 0 && areKnownOf(wanted) ? plan.bucketMs : null,
    pendingMax: PENDING_MAX,
    open: { fromMs: openFromMs, sources },
  });
  const parts = new Map<number, MetricsPart[]>();
  const counters = new Map<number, MetricsPart[]>();
  for (const { range, startMs, stored, quantiles, ...place } of rollups) {
    if (!isTotal && !fits(place, query)) continue;
    const into = ranges[range]?.countersOf ? counters : parts;
    put(into, bucketStart(startMs, plan.bucketMs), new RollupPart(place, { stored, quantiles, wanted }));
  }
  for (const { startMs, ...part } of partsOf(pending, query, plan, isTotal)) {
    put(parts, startMs, part);
    if (ranges.some(({ countersOf }) => countersOf === part.provider)) put(counters, startMs, part);
  }
  return { parts, counters, open, behind: pendingMore };
}

class RollupPart implements MetricsPart {
  readonly provider: ProviderId;
  readonly source: string;
  readonly operation: string;
  readonly model: string;
  readonly coldClass: string;
  readonly #stored: StoredColumns;
  /** In place of its distributions. */
  readonly #quantiles: string | null;
  readonly #wanted: readonly Series[];

  constructor(
    place: Omit<RollupPlace, "startMs">,
    read: { stored: StoredColumns; quantiles: string | null; wanted: readonly Series[] },
  ) {
    this.provider = place.provider;
    this.source = place.source;
    this.operation = place.operation;
    this.model = place.model;
    this.coldClass = place.coldClass;
    this.#stored = read.stored;
    this.#quantiles = read.quantiles;
    this.#wanted = read.wanted;
  }

  get measures(): Measures {
    this.#refusePoint();
    return measuresOf(this.#stored, this.#wanted);
  }

  addTo(builder: MeasuresBuilder): void {
    this.#refusePoint();
    addMeasuresOf(this.#stored, builder, this.#wanted);
  }

  get point(): Point | null {
    if (this.#quantiles === null) return null;
    return pointOf(measuresOf(this.#stored, []), readQuantiles(this.#quantiles, this.#wanted));
  }

  /** Quantiles do not add up. */
  #refusePoint(): void {
    if (this.#quantiles !== null) throw new Error("a roll-up was read for its point, and its distributions were not");
  }
}

function put(into: Map<number, MetricsPart[]>, startMs: number, part: MetricsPart): void {
  const known = into.get(startMs);
  if (known) known.push(part);
  else into.set(startMs, [part]);
}

/** What is in no roll-up yet, as if it were. */
function partsOf(events: readonly MetricEvent[], query: MetricsQuery, { bucketMs }: BucketPlan, isTotal: boolean) {
  const fresh = new Map<
    string,
    Omit<MetricsPart, "measures" | "addTo" | "point"> & { startMs: number; builder: MeasuresBuilder }
  >();
  for (const event of events) {
    if (!eventFits(event, query)) continue;
    const startMs = bucketStart(event.bucketAtMs, bucketMs);
    const { provider, source, operation, model, coldClass } = event;
    const place = isTotal
      ? { provider, source: populationOf(source), operation: "*", model: "*", coldClass: "*" }
      : { provider, source, operation, model, coldClass: coldClass ?? "" };
    const key = JSON.stringify([startMs, place]);
    const known = fresh.get(key) ?? { startMs, ...place, builder: new MeasuresBuilder() };
    fresh.set(key, known);
    known.builder.add(event);
  }
  return [...fresh.values()].map(({ builder, ...place }) => {
    const measures = builder.build();
    return { ...place, measures, addTo: (into: MeasuresBuilder) => void into.merge(measures), point: null };
  });
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
  if (others.length === 0) return first.measures;
  if (parts.length < MANY) return mergeMeasures(parts.map(({ measures }) => measures));
  const builder = new MeasuresBuilder();
  for (const part of parts) part.addTo(builder);
  return builder.build();
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

/** Of a finer row: provider and population have been asked for. */
function fits(row: Pick<RollupPlace, "source" | "operation" | "model" | "coldClass">, query: MetricsQuery): boolean {
  return (
    has<string>(query.sources, row.source) &&
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
