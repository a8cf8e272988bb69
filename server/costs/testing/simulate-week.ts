import { type ColdStartEvidence, classifyColdStart } from "@/server/domain/cold-start";
import {
  NO_SIGNS,
  type WaitSigns,
  type WorkerRun,
  withReading,
  workerLastSeenMsAgo,
} from "@/server/domain/cold-start-signs";
import { type FleetLook, fleetTime, isAtRest, toFleetLook } from "@/server/domain/costs/fleet-time";
import { type CostLine, type PriceRow, priceAttempt } from "@/server/domain/pricing";
import { VirtualClock } from "@/server/sandbox/clock";
import { FaultPlan } from "@/server/sandbox/faults";
import { LatencyModel } from "@/server/sandbox/latency";
import { Ledger } from "@/server/sandbox/ledger";
import { unit } from "@/server/sandbox/random";
import { billingRecords } from "@/server/sandbox/runpod/billing-query";
import { Endpoint } from "@/server/sandbox/runpod/endpoint";
import type { RunpodJob } from "@/server/sandbox/runpod/job";
import { newRunpodJob } from "@/server/sandbox/runpod/new-job";
import { DEFAULT_ENDPOINT, type EndpointSettings } from "@/server/sandbox/runpod/settings";

export interface WeekSettings {
  seed: number;
  fromMs: number;
  days: number;
  /** Mean arrivals an hour at the busiest; nights and weekends have a part of it. */
  perHour: number;
  /** Parts of the jobs: fail for want of memory, lose their worker once, are given up by their caller. */
  outOfMemory: number;
  crash: number;
  givenUp: number;
  endpoint: Partial<EndpointSettings>;
  prices: readonly PriceRow[];
}

/** An attempt as the engine would have settled it, from what it can observe and from nothing else. */
export interface SettledAttempt {
  generation: number;
  number: number;
  settledAtMs: number;
  outcome: "succeeded" | "failed" | "cancelled";
  coldClass: string;
  lines: CostLine[];
  /** Null: unknown. */
  costMicros: number | null;
}

export interface SimulatedWeek {
  attempts: SettledAttempt[];
  /** Worker time by the hour, as looking at the workers finds it. */
  fleetHours: FleetHour[];
  /** RunPod's answer to a billing query at that moment. */
  billing(fromMs: number, toMs: number, nowMs: number): unknown;
  /** All that the fleet cost, as the sandbox has it to the fraction of a micro. */
  billedMicros: number;
  endMs: number;
}

export interface FleetHour {
  hourMs: number;
  coveredMs: number;
  paidMs: number;
  standingMs: number;
}

const ENDPOINT_ID = "simulated";
const HOUR_MS = 3_600_000;
const RETRIES = 2;

/** A week of traffic on the sandbox's endpoint in virtual time, priced as the engine prices it. */
export function simulateWeek(settings: WeekSettings): SimulatedWeek {
  const { seed, fromMs } = settings;
  const clock = new VirtualClock(fromMs);
  const faults = new FaultPlan(clock, seed);
  faults.add({ fault: "out_of_memory", probability: settings.outOfMemory });
  faults.add({ fault: "worker_crash_once", probability: settings.crash });
  const deps = {
    clock,
    seed,
    instance: `week ${seed}`,
    latency: new LatencyModel(seed),
    faults,
    ledger: new Ledger(10),
  };
  const endpoint = new Endpoint(deps, { ...DEFAULT_ENDPOINT, ...settings.endpoint });
  const observer = new Observer(endpoint, clock, settings);
  endpoint.onEnd = (job) => observer.ended(job);
  const endMs = fromMs + settings.days * 24 * HOUR_MS;
  let generation = 0;
  const arrive = () => {
    if (clock.now() >= endMs - HOUR_MS) return;
    generation += 1;
    observer.submit(generation, 1);
    clock.after(pauseMs(settings, clock.now(), generation), arrive);
  };
  clock.after(pauseMs(settings, fromMs, 0), arrive);
  const watcher = new FleetWatcher(endpoint, clock, observer);
  // The hour after the week lets its last jobs and idle times end; then all of it is billed.
  clock.advance(endMs + HOUR_MS - fromMs);
  endpoint.stopAll();
  const billedMicros = endpoint.fleet.billing.totalMicros;
  return {
    attempts: observer.attempts,
    fleetHours: [...watcher.hours.values()],
    billing(from, to, nowMs) {
      const query = { bucketSize: "hour", from, to, serverlessId: ENDPOINT_ID } as const;
      return billingRecords(viewAt(endpoint, nowMs), ENDPOINT_ID, query);
    },
    billedMicros,
    endMs,
  };
}

/** The endpoint's bill as it stood at another moment: hours that had not ended yet are not in it. */
function viewAt(endpoint: Endpoint, nowMs: number): Endpoint {
  return Object.create(endpoint, { now: { value: nowMs } });
}

/** Busy days, quiet nights and weekends; exponential pauses between. */
function pauseMs({ seed, perHour }: WeekSettings, atMs: number, serial: number): number {
  const at = new Date(atMs);
  const isWeekend = at.getUTCDay() % 6 === 0;
  const daylight = 0.15 + 0.85 * Math.max(0, Math.sin(((at.getUTCHours() - 6) / 24) * 2 * Math.PI)) ** 0.7;
  const rate = perHour * daylight * (isWeekend ? 0.3 : 1);
  return Math.min(HOUR_MS, (-Math.log(1 - unit(seed, "arrival", serial)) * HOUR_MS) / rate);
}

interface Watched {
  generation: number;
  number: number;
  evidence: Partial<ColdStartEvidence>;
  signs: WaitSigns;
  isGivenUp: boolean;
}

/** What Switchyard can see of the jobs: their documents, and the worker counts now and then. */
class Observer {
  readonly attempts: SettledAttempt[] = [];
  private readonly watched = new Map<string, Watched>();
  /** When a job of ours last ended on a worker. */
  readonly lastJobMs = new Map<string, number>();
  private readonly runs = new Map<string, WorkerRun[]>();
  private sequence = 0;
  private submittedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly clock: VirtualClock,
    private readonly settings: WeekSettings,
  ) {}

  /** A job is open, or came so lately that its worker may still be paid. */
  isWaiting(): boolean {
    return this.watched.size > 0 || this.clock.now() - this.submittedAtMs < 60_000;
  }

  submit(generation: number, number: number): void {
    const { deps } = this.endpoint;
    this.sequence += 1;
    this.submittedAtMs = this.clock.now();
    const input = graphWithSeed(this.sequence);
    const prompt = `picture ${this.sequence}`;
    const job = newRunpodJob(deps, {
      submission: {
        input,
        webhook: null,
        policy: { executionTimeoutMs: null, ttlMs: 24 * HOUR_MS, lowPriority: false },
      },
      sequence: this.sequence,
      sync: false,
      prompt,
      operation: "txt2img",
      inputBlob: null,
      readInput: () => input,
    });
    job.strikes = deps.faults.forJob({ provider: "runpod", operation: "txt2img", prompt });
    const isGivenUp = unit(this.settings.seed, "given up", this.sequence) < this.settings.givenUp;
    const evidence = {
      idleTimeoutMs: this.endpoint.settings.idleTimeoutS * 1000,
      workersBefore: this.counts(),
      workersBeforeAgeMs: 500,
      aheadOfUs: this.watched.size,
    };
    this.watched.set(job.id, { generation, number, evidence, signs: NO_SIGNS, isGivenUp });
    this.endpoint.submit(job);
    this.poll(job);
    if (isGivenUp)
      this.clock.after(1_000 + 20_000 * unit(this.settings.seed, "when", this.sequence), () =>
        this.endpoint.cancel(job),
      );
  }

  /** Looks at a waiting job in the engine's rhythm. */
  private poll(job: RunpodJob): void {
    const watched = this.watched.get(job.id);
    if (watched === undefined || job.status !== "IN_QUEUE") return;
    const waitedMs = this.clock.now() - job.submittedAt;
    watched.signs = withReading(watched.signs, this.counts(), waitedMs);
    this.clock.after(Math.min(5_000, Math.max(400, waitedMs * 0.12)), () => this.poll(job));
  }

  private counts() {
    const { jobs, workers } = this.endpoint.health.read();
    return { ...workers, jobsInQueue: jobs.inQueue ?? 0, jobsInProgress: jobs.inProgress ?? 0 };
  }

  ended(job: RunpodJob): void {
    const watched = this.watched.get(job.id);
    if (watched === undefined) return;
    this.watched.delete(job.id);
    if (job.workerId !== null) this.lastJobMs.set(job.workerId, this.clock.now());
    const outcome = { COMPLETED: "succeeded", CANCELLED: "cancelled" }[job.status as string] ?? "failed";
    const verdict = this.judge(job, watched);
    const cost = priceAttempt({
      provider: "comfyui",
      operation: "txt2img",
      outcome: outcome as SettledAttempt["outcome"], // the three words of the line above
      model: "flux1-dev-fp8.safetensors",
      gpuType: this.endpoint.settings.gpuTypeId,
      timing: { delayMs: job.delayMs, executionMs: job.executionMs },
      verdict: verdict.verdict,
      billedUnits: null,
      quotedUnits: null,
      imageCount: 1,
      prices: this.settings.prices,
      atMs: job.submittedAt,
      idleTimeoutMs: this.endpoint.settings.idleTimeoutS * 1000,
      workerIdleBeforeMs: verdict.lastSeenMsAgo,
    });
    this.attempts.push({
      generation: watched.generation,
      number: watched.number,
      settledAtMs: this.clock.now(),
      outcome: outcome as SettledAttempt["outcome"],
      coldClass: verdict.verdict.class,
      lines: cost.lines,
      costMicros: cost.totalMicros,
    });
    if (outcome === "failed" && watched.number <= RETRIES)
      this.clock.after(1_000, () => this.submit(watched.generation, watched.number + 1));
  }

  private judge(job: RunpodJob, watched: Watched) {
    const run = { submittedAtMs: job.submittedAt, delayMs: job.delayMs ?? 0, executionMs: job.executionMs };
    const others = job.workerId === null ? [] : (this.runs.get(job.workerId) ?? []);
    const lastSeenMsAgo = job.delayMs === null ? null : workerLastSeenMsAgo(run, others);
    if (job.workerId !== null && job.delayMs !== null) this.runs.set(job.workerId, [...others.slice(-5), run]);
    const verdict = classifyColdStart({
      provider: "comfyui",
      delayMs: job.delayMs,
      workerId: job.workerId,
      workerLastSeenMsAgo: lastSeenMsAgo,
      idleTimeoutMs: null,
      workersBefore: null,
      workersBeforeAgeMs: null,
      aheadOfUs: null,
      ...watched.evidence,
      ...watched.signs,
      retries: job.retries,
      warmingUpMs: null,
    });
    return { verdict, lastSeenMsAgo };
  }
}

const STATES: Record<string, string> = { busy: "running", free: "idle", starting: "initializing" };

/** Looks at the workers in the rhythm of the chore that does. */
class FleetWatcher {
  readonly hours = new Map<number, FleetHour>();
  private last: FleetLook | null = null;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly clock: VirtualClock,
    private readonly observer: Observer,
  ) {
    this.look();
  }

  private look(): void {
    const atMs = this.clock.now();
    const idleTimeoutMs = this.endpoint.settings.idleTimeoutS * 1000;
    const isQuiet = !this.observer.isWaiting() && this.last !== null && isAtRest(this.last, idleTimeoutMs);
    if (this.last === null || !isQuiet || atMs - this.last.atMs >= 60_000) this.record(atMs);
    this.clock.after(15_000, () => this.look());
  }

  private record(atMs: number): void {
    const { fleet, settings } = this.endpoint;
    const listed = [...fleet.workers.values()].map(({ id, state }) => ({ id, state: STATES[state] ?? state }));
    const before = this.last;
    this.last = toFleetLook(before, listed, atMs, this.observer.lastJobMs);
    const known = { idleTimeoutMs: settings.idleTimeoutS * 1000, workersMin: settings.workersMin };
    const time = before === null ? null : fleetTime(before, this.last, known);
    if (before === null || time === null) return;
    const hourMs = Math.floor(before.atMs / HOUR_MS) * HOUR_MS;
    const hour = this.hours.get(hourMs) ?? { hourMs, coveredMs: 0, paidMs: 0, standingMs: 0 };
    this.hours.set(hourMs, hour);
    hour.coveredMs += atMs - before.atMs;
    hour.paidMs += time.paidMs;
    hour.standingMs += time.standingMs;
  }
}

/** A small graph; another seed for each, or ComfyUI's cache would answer. */
function graphWithSeed(seed: number) {
  const node = (class_type: string, inputs: Record<string, unknown>) => ({ class_type, inputs });
  const sampling = { steps: 10, cfg: 1, sampler_name: "euler", scheduler: "simple", denoise: 1 };
  const links = { model: ["1", 0], positive: ["2", 0], negative: ["2", 0], latent_image: ["3", 0] };
  return {
    workflow: {
      "1": node("CheckpointLoaderSimple", { ckpt_name: "flux1-dev-fp8.safetensors" }),
      "2": node("CLIPTextEncode", { text: "a red fox", clip: ["1", 1] }),
      "3": node("EmptySD3LatentImage", { width: 512, height: 512, batch_size: 1 }),
      "4": node("KSampler", { seed, ...sampling, ...links }),
      "5": node("VAEDecode", { samples: ["4", 0], vae: ["1", 2] }),
      "6": node("SaveImage", { filename_prefix: "ComfyUI", images: ["5", 0] }),
    },
  };
}
