import type { BucketPart } from "@/db/queries/generation-buckets";
import type { RollupRow } from "@/db/queries/rollups";
import { bucketStart } from "@/server/domain/metrics/buckets";
import { quantile, SketchBuilder } from "@/server/domain/sketch/sketch";
import type { GenerationFilter } from "./gateway";

/** Milliseconds at p50, p95 and p99; null where nothing was measured. */
type Percentiles = [number, number, number] | null;

interface MeasuredLatency {
  n: number;
  ms: Percentiles;
}

/** Generations of a view that were accepted in one bucket, and the latency of those that succeeded. */
export interface GenerationBucket {
  startMs: number;
  scenario: number;
  comfyui: number;
  failed: number;
  latencyScenario: MeasuredLatency;
  latencyWarm: MeasuredLatency;
  latencyCold: MeasuredLatency;
}

/** What a roll-up is read for. */
export const LATENCIES = ["latencyWarm", "latencyCold", "latencyOther"] as const;

/** Adds up a view's buckets from rows and roll-ups, in any order. */
export class ChartBuckets {
  readonly #byStart = new Map<number, BucketBuilder>();
  readonly #filter: GenerationFilter;
  readonly #bucketMs: number;

  constructor(filter: GenerationFilter, bucketMs: number) {
    this.#filter = filter;
    this.#bucketMs = bucketMs;
  }

  /** Rows that the view holds. */
  addParts(parts: readonly BucketPart[]): void {
    for (const { startMs, provider, state, coldClass, n, latenciesMs } of parts) {
      const bucket = this.#at(startMs);
      bucket[provider] += n;
      if (state === "failed") bucket.failed += n;
      const latency = latencyIn(bucket, provider, coldClass);
      for (const ms of latenciesMs) latency?.add(ms);
    }
  }

  /** Roll-ups of the view's time, of which only some may belong to the view. */
  addRollups(rows: readonly RollupRow[]): void {
    const { providers, operations, coldClasses, sources, states, failureModes } = this.#filter;
    for (const row of rows) {
      const fits =
        has(providers, row.provider) &&
        has(operations, row.operation) &&
        has(coldClasses, row.coldClass) &&
        has(sources, row.source);
      if (!fits) continue;
      const of = (state: "succeeded" | "cancelled" | "censored", mode: string | null) =>
        has(states, state) && has(failureModes, mode ?? "") ? row.measures.counters[state] : 0;
      const isHistory = row.source === "report" || row.source === "import";
      let failed = 0;
      if (has(states, "failed"))
        for (const [mode, { n }] of Object.entries(row.measures.failures)) if (has(failureModes, mode)) failed += n;
      const succeeded = of("succeeded", null);
      const n = succeeded + failed + of("cancelled", isHistory ? null : "cancelled") + of("censored", null);
      if (n === 0) continue;
      const bucket = this.#at(bucketStart(row.startMs, this.#bucketMs));
      bucket[row.provider] += n;
      bucket.failed += failed;
      const latency = latencyIn(bucket, row.provider, row.coldClass);
      if (succeeded === 0 || !latency) continue;
      for (const name of LATENCIES) latency.merge(row.measures.sketches[name]);
    }
  }

  /** Those with a row, in no order. */
  build(): GenerationBucket[] {
    return [...this.#byStart].map(([startMs, { scenario, comfyui, failed, ...latency }]) => ({
      startMs,
      scenario,
      comfyui,
      failed,
      latencyScenario: measuredOf(latency.latencyScenario),
      latencyWarm: measuredOf(latency.latencyWarm),
      latencyCold: measuredOf(latency.latencyCold),
    }));
  }

  #at(startMs: number): BucketBuilder {
    const known = this.#byStart.get(startMs);
    if (known) return known;
    const fresh = {
      scenario: 0,
      comfyui: 0,
      failed: 0,
      latencyScenario: new SketchBuilder(),
      latencyWarm: new SketchBuilder(),
      latencyCold: new SketchBuilder(),
    };
    this.#byStart.set(startMs, fresh);
    return fresh;
  }
}

interface BucketBuilder extends Pick<GenerationBucket, "scenario" | "comfyui" | "failed"> {
  latencyScenario: SketchBuilder;
  latencyWarm: SketchBuilder;
  latencyCold: SketchBuilder;
}

/** An absent or empty list leaves its column unfiltered. */
const has = (list: readonly string[] | undefined, value: string) =>
  list === undefined || list.length === 0 || list.includes(value);

function latencyIn(bucket: BucketBuilder, provider: string, coldClass: string | null): SketchBuilder | null {
  if (provider === "scenario") return bucket.latencyScenario;
  if (coldClass === "warm") return bucket.latencyWarm;
  return coldClass === "cold" ? bucket.latencyCold : null;
}

function measuredOf(builder: SketchBuilder): MeasuredLatency {
  const sketch = builder.build();
  const at = (q: number) => Math.round(quantile(sketch, q) ?? 0);
  return { n: sketch.n, ms: sketch.n === 0 ? null : [at(0.5), at(0.95), at(0.99)] };
}
