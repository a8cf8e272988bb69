import { VirtualClock } from "./clock";
import { FaultPlan } from "./faults";
import { isObject } from "./http";
import { LatencyModel } from "./latency";
import { Ledger, type TrueClass } from "./ledger";
import { Endpoint } from "./runpod/endpoint";
import { newRunpodJob } from "./runpod/new-job";
import { DEFAULT_ENDPOINT, type EndpointSettings } from "./runpod/settings";
import { sampleInput, withSeed } from "./sample-graph";

export interface ReplayInput {
  /** Since the start of the span, rising. */
  arrivalsMs: number[];
  spanMs: number;
  endpoint: Partial<Pick<EndpointSettings, "workersMin" | "workersMax" | "idleTimeoutS" | "scaling" | "flashboot">>;
}

export interface ReplayedJob {
  class: TrueClass;
  delayMs: number | null;
  startUpMs: number;
  executionMs: number | null;
}

export interface Replayed {
  jobs: ReplayedJob[];
  /** Of all workers within the span, each one's stay rounded up to the second. */
  billedSeconds: number;
}

export function parseReplay(value: unknown): ReplayInput {
  if (!isObject(value)) throw new Error("the replay must be an object");
  const { arrivalsMs, spanMs, endpoint } = value;
  if (!Array.isArray(arrivalsMs) || !arrivalsMs.every((at) => typeof at === "number" && Number.isFinite(at)))
    throw new Error("arrivalsMs must be a list of numbers");
  if (typeof spanMs !== "number" || !(spanMs > 0)) throw new Error("spanMs must be a number above 0");
  if (!isObject(endpoint)) throw new Error("endpoint must be an object of settings");
  return { arrivalsMs: arrivalsMs as number[], spanMs, endpoint }; // checked above; a setting that is none changes nothing
}

/** Runs jobs at the given times through the real scheduler and the real draws in virtual time. Kept workers are up at the start. */
export function replay({ arrivalsMs, spanMs, endpoint: settings }: ReplayInput, seed: number): Replayed {
  const clock = new VirtualClock();
  const deps = { clock, seed, instance: "replay", latency: new LatencyModel(seed), faults: new FaultPlan(clock, seed) };
  const ledger = new Ledger(arrivalsMs.length + 1);
  const endpoint = new Endpoint({ ...deps, ledger }, { ...DEFAULT_ENDPOINT, ...settings });
  const input = sampleInput();
  // The workers that are always on take their time too.
  clock.advance(600_000);
  const start = clock.now();
  const jobs = arrivalsMs.map((atMs, index) => {
    clock.advance(Math.max(0, start + Math.round(atMs) - clock.now()));
    const readInput = () => withSeed(input, index);
    const policy = { executionTimeoutMs: null, ttlMs: 86_400_000, lowPriority: false };
    const job = newRunpodJob(endpoint.deps, {
      submission: { input, webhook: null, policy },
      sequence: index + 1,
      sync: false,
      prompt: "a red fox",
      operation: "txt2img",
      inputBlob: null,
      readInput,
    });
    endpoint.submit(job);
    return job;
  });
  clock.advance(Math.max(0, start + spanMs - clock.now()));
  const isOpen = () => jobs.some(({ finishedAt }) => finishedAt === null);
  for (let waits = 0; isOpen() && waits < 10_000; waits += 1) clock.advance(60_000);
  endpoint.stopAll();
  const standingS = (endpoint.settings.workersMin * 600_000) / 1_000;
  return {
    jobs: jobs.map(({ truth, delayMs, executionMs }) => ({
      class: truth.class,
      delayMs,
      startUpMs: truth.startUpMs,
      executionMs,
    })),
    billedSeconds: endpoint.fleet.billing.totalSeconds - standingS,
  };
}
