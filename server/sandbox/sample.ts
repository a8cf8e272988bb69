import { BlobStore } from "./blobs";
import { VirtualClock } from "./clock";
import { Studio } from "./draw/studio";
import { FaultPlan } from "./faults";
import { type LatencyClass, LatencyModel, PLAN, type Quantiles } from "./latency";
import { Ledger } from "./ledger";
import { Endpoint } from "./runpod/endpoint";
import { newRunpodJob } from "./runpod/new-job";
import { DEFAULT_ENDPOINT } from "./runpod/settings";
import { sampleInput, withSeed } from "./sample-graph";
import { Assets } from "./scenario/assets";
import { ScenarioJobs } from "./scenario/jobs";

export interface SampledClass {
  class: LatencyClass;
  n: number;
  measured: Quantiles;
  plan: Quantiles;
  /** Measured by plan, less one. */
  relativeError: Quantiles;
}

/**
 * Runs `n` jobs of each class, one alone at a time, through the real scheduler and the real draws in virtual time, and
 * compares what the provider's part took with the plan's table.
 */
export async function sampleLatencies(n: number, seed: number): Promise<SampledClass[]> {
  return [
    summarise("scenario", await sampleScenario(n, seed)),
    summarise("warm", sampleRunpod(n, seed, 1)),
    summarise("cold", sampleRunpod(n, seed, 0)),
  ];
}

function sampleRunpod(n: number, seed: number, workersMin: number): Float64Array {
  const clock = new VirtualClock();
  const shared = {
    clock,
    seed,
    instance: "sample",
    latency: new LatencyModel(seed),
    faults: new FaultPlan(clock, seed),
  };
  const ledger = new Ledger(10);
  const endpoint = new Endpoint({ ...shared, ledger }, { ...DEFAULT_ENDPOINT, workersMin });
  const input = sampleInput();
  const latencies = new Float64Array(n);
  // The worker that is always on takes its time too.
  clock.advance(600_000);
  for (let index = 0; index < n; index += 1) {
    const submission = {
      input,
      webhook: null,
      policy: { executionTimeoutMs: null, ttlMs: 86_400_000, lowPriority: false },
    };
    const job = newRunpodJob(endpoint.deps, {
      submission: { ...submission, input: withSeed(input, index) },
      sequence: index + 1,
      sync: false,
      prompt: "a red fox",
      operation: "txt2img",
      inputBlob: null,
      readInput: () => withSeed(input, index),
    });
    endpoint.submit(job);
    // Longer than any job with its idle time: the next one finds the endpoint at rest.
    clock.advance(900_000);
    if (job.status !== "COMPLETED") throw new Error(`a sampled job ended as ${job.status}: ${job.error}`);
    latencies[index] = (job.delayMs ?? 0) + (job.executionMs ?? 0);
  }
  endpoint.stopAll();
  return latencies;
}

async function sampleScenario(n: number, seed: number): Promise<Float64Array> {
  const clock = new VirtualClock();
  const blobs = await BlobStore.open();
  const shared = { clock, seed, instance: "sample", latency: new LatencyModel(seed), ledger: new Ledger(10) };
  const assets = new Assets({
    ...shared,
    blobs,
    studio: new Studio("tiny"),
    cdnOrigin: () => "http://127.0.0.1",
    urlTtlMs: 1,
    transforms: false,
  });
  const jobs = new ScenarioJobs({ ...shared, assets, concurrency: 64, usdPerUnit: 0.009 });
  const latencies = new Float64Array(n);
  for (let index = 0; index < n; index += 1) {
    const job = jobs.submit({
      jobType: "custom",
      operation: "txt2img",
      prompt: "a red fox",
      input: {},
      outputs: [],
      units: 9,
      addOns: {},
      strikes: [],
    });
    clock.advance(900_000);
    if (job.finishedAt === null) throw new Error("a sampled job did not end");
    latencies[index] = job.finishedAt - job.createdAt;
  }
  await blobs.close();
  return latencies;
}

function summarise(latencyClass: LatencyClass, latencies: Float64Array): SampledClass {
  const sorted = latencies.slice().sort();
  const at = (p: number) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * p) - 1)] ?? Number.NaN;
  const measured = { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
  const plan = PLAN[latencyClass];
  const relativeError = {
    p50Ms: measured.p50Ms / plan.p50Ms - 1,
    p95Ms: measured.p95Ms / plan.p95Ms - 1,
    p99Ms: measured.p99Ms / plan.p99Ms - 1,
  };
  return { class: latencyClass, n: latencies.length, measured, plan, relativeError };
}
