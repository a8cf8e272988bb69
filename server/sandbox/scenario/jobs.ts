import type { Clock, Timer } from "../clock";
import type { Picture } from "../draw/render";
import type { Damage } from "../draw/studio";
import type { JobFault } from "../fault-kinds";
import { type Strike, strikeOf } from "../faults";
import type { JsonObject } from "../http";
import type { LatencyModel } from "../latency";
import type { Ledger, LedgerEntry } from "../ledger";
import { token, unit } from "../random";
import type { Asset, Assets } from "./assets";

export interface PlannedOutput {
  picture: Picture;
  damage: Damage;
  width: number;
  height: number;
  encoding: "png" | "jpeg";
  metadata: JsonObject;
}

export interface JobRequest {
  jobType: "custom" | "inference" | "remove-background" | "upload";
  operation: string;
  prompt: string;
  input: JsonObject;
  outputs: PlannedOutput[];
  units: number;
  addOns: Record<string, number>;
  strikes: Strike<JobFault>[];
}

export interface ScenarioJob {
  id: string;
  request: JobRequest;
  /** What it will pass through and when; what lies ahead is not shown. */
  timeline: { status: string; at: number }[];
  error: string | null;
  assets: Asset[];
  finishedAt: number | null;
  createdAt: number;
  timer: Timer | null;
  truth: LedgerEntry;
}

export interface JobsDeps {
  clock: Clock;
  seed: number;
  instance: string;
  latency: LatencyModel;
  ledger: Ledger;
  assets: Assets;
  /** Jobs at the same time for the whole team. */
  concurrency: number;
  /** For the sandbox's own account of money. */
  usdPerUnit: number;
}

const KEPT = 20_000;

/** Scenario's jobs: each walks its own timeline, no job waits for another. */
export class ScenarioJobs {
  private readonly byId = new Map<string, ScenarioJob>();
  private serial = 0;
  running = 0;

  constructor(private readonly deps: JobsDeps) {}

  get isFull(): boolean {
    return this.running >= this.deps.concurrency;
  }

  get(id: string): ScenarioJob | null {
    const job = this.byId.get(id) ?? null;
    return job !== null && job.finishedAt !== null && strikeOf(job.request.strikes, "expired_result") ? null : job;
  }

  /** Newest first. */
  list(): ScenarioJob[] {
    return [...this.byId.values()].reverse();
  }

  submit(request: JobRequest): ScenarioJob {
    const { clock, instance, ledger } = this.deps;
    const sequence = ++this.serial;
    const id = `job_${token(22, instance, "scenario", sequence)}`;
    const createdAt = clock.now();
    const { prompt, operation, strikes } = request;
    const job: ScenarioJob = {
      id,
      request,
      timeline: this.plan(request, sequence, createdAt),
      error: null,
      assets: [],
      finishedAt: null,
      createdAt,
      timer: null,
      truth: ledger.open({ provider: "scenario", jobId: id, operation, prompt, submittedAt: createdAt }),
    };
    job.truth.faults = strikes.map((strike) => strike.kind);
    const last = job.timeline.at(-1);
    this.running += 1;
    if (last !== undefined && strikeOf(strikes, "never_finishes") === null) {
      job.timer = clock.after(last.at - createdAt, () => this.finish(job, last.status));
    }
    this.byId.set(id, job);
    if (this.byId.size > KEPT) this.forgetOldest();
    return job;
  }

  /** False for work that cannot be cancelled any more. */
  cancel(job: ScenarioJob): boolean {
    if (job.finishedAt !== null) return false;
    job.timer?.cancel();
    const now = this.deps.clock.now();
    job.timeline = [...job.timeline.filter((step) => step.at <= now), { status: "canceled", at: now }];
    this.finish(job, "canceled");
    return true;
  }

  stop(): void {
    for (const job of this.byId.values()) job.timer?.cancel();
  }

  document(job: ScenarioJob): JsonObject {
    const now = this.deps.clock.now();
    const past = job.timeline.filter((step) => step.at <= now);
    const shown = strikeOf(job.request.strikes, "never_finishes") === null ? past : past.slice(0, 2);
    const current = shown.at(-1);
    const isDone = job.finishedAt !== null;
    const isOdd = isDone && strikeOf(job.request.strikes, "unknown_status") !== null;
    const status = isDone
      ? (job.timeline.at(-1)?.status ?? "success")
      : current?.status === "success" || current?.status === "failure"
        ? "finalizing"
        : (current?.status ?? "queued");
    return {
      jobId: job.id,
      jobType: job.request.jobType,
      status: isOdd ? "paused" : status,
      progress: isDone ? 1 : progressOf(job, now),
      statusHistory: shown.map(({ status: word, at }) => ({ status: word, date: new Date(at).toISOString() })),
      metadata: {
        input: job.request.input,
        assetIds: shuffledIds(job),
        ...(job.error === null ? {} : { error: job.error }),
      },
      ...(isDone ? { billing: billingOf(job) } : {}),
      createdAt: new Date(job.createdAt).toISOString(),
      updatedAt: new Date(current?.at ?? job.createdAt).toISOString(),
      authorId: "key_sandbox",
      ownerId: "proj_sandbox",
    };
  }

  private plan({ strikes }: JobRequest, sequence: number, createdAt: number): { status: string; at: number }[] {
    const { seed, latency } = this.deps;
    let totalMs = latency.drawMs("scenario");
    const slow = strikeOf(strikes, "slow");
    if (slow !== null) totalMs = Math.round(totalMs * (slow.value ?? 6));
    const forcedCold = strikeOf(strikes, "cold", "cold_too_long");
    if (forcedCold !== null) totalMs += (forcedCold.value ?? (forcedCold.kind === "cold" ? 30 : 300)) * 1000;
    // Warming up is one reason among others why a job is slow, so only slow ones may show it.
    const warms = forcedCold !== null || (totalMs > 6_500 && unit(seed, "warming", sequence) < 0.5);
    const at = (part: number) => createdAt + Math.round(totalMs * part);
    const queued = 0.04 + 0.12 * unit(seed, "queued", sequence);
    const steps = [{ status: "queued", at: createdAt }];
    if (warms) steps.push({ status: "warming-up", at: at(queued) });
    steps.push({ status: "in-progress", at: at(warms ? Math.max(0.6, queued) : queued) });
    if (unit(seed, "finalizing", sequence) < 0.7) steps.push({ status: "finalizing", at: at(0.95) });
    const fails = strikeOf(strikes, ...FAILURES) !== null;
    steps.push({ status: fails ? "failure" : "success", at: at(1) });
    return steps;
  }

  private finish(job: ScenarioJob, status: string): void {
    const { assets, usdPerUnit } = this.deps;
    const { request, truth } = job;
    const now = this.deps.clock.now();
    job.finishedAt = now;
    job.timer = null;
    this.running -= 1;
    const strike = strikeOf(request.strikes, ...FAILURES);
    if (status === "failure") job.error = FAILURE_TEXTS[strike?.kind ?? ""] ?? "Generation failed";
    if (status === "success" && strikeOf(request.strikes, "completed_without_output") === null) {
      job.assets = request.outputs.map((output, outputIndex) =>
        assets.add({
          ...output,
          uploaded: null,
          outputIndex,
          kind: "image",
          metadata: { ...output.metadata, parentJobId: job.id, width: output.width, height: output.height },
        }),
      );
    }
    const warming = job.timeline.findIndex((step) => step.status === "warming-up");
    const begun = job.timeline.find((step) => step.status === "in-progress");
    if (warming >= 0) truth.startUpMs = (job.timeline[warming + 1]?.at ?? now) - (job.timeline[warming]?.at ?? now);
    truth.class = begun === undefined || begun.at > now ? "none" : warming >= 0 ? "cold" : "warm";
    truth.status = status;
    truth.finishedAt = now;
    truth.startedAt = begun === undefined || begun.at > now ? null : begun.at;
    truth.delayMs = truth.startedAt === null ? null : truth.startedAt - job.createdAt;
    truth.executionMs = truth.startedAt === null ? null : now - truth.startedAt;
    // Failures are paid back, a cancelled inference is not begun.
    truth.creativeUnits = status === "success" ? totalUnits(request) : 0;
    truth.costMicros = Math.round(truth.creativeUnits * usdPerUnit * 1_000_000);
  }

  private forgetOldest(): void {
    for (const job of this.byId.values()) {
      if (job.finishedAt === null) continue;
      this.byId.delete(job.id);
      return;
    }
  }
}

const FAILURES: JobFault[] = [
  "failure",
  "out_of_memory",
  "cuda_out_of_memory",
  "node_exception",
  "timed_out",
  "worker_crash",
  "handler_exception",
];

const FAILURE_TEXTS: Record<string, string> = {
  out_of_memory: "CUDA out of memory. Tried to allocate 2.25 GiB",
  cuda_out_of_memory: "CUDA out of memory. Tried to allocate 2.25 GiB",
  timed_out: "Job timed out",
};

export function totalUnits({ units, addOns }: Pick<JobRequest, "units" | "addOns">): number {
  return units + Object.values(addOns).reduce((sum, value) => sum + value, 0);
}

/** After a refund the add-ons read 0 while the main charge stays as it was. */
function billingOf({ request, timeline }: ScenarioJob): JsonObject {
  const isPaid = timeline.at(-1)?.status === "success";
  const details = Object.fromEntries(Object.entries(request.addOns).map(([name, value]) => [name, isPaid ? value : 0]));
  return {
    cuCost: request.units,
    cuDiscount: 0,
    ...(Object.keys(details).length > 0 ? { cuCostDetails: details } : {}),
  };
}

/** The order of the ids says nothing: `outputIndex` does. */
function shuffledIds({ assets }: ScenarioJob): string[] {
  const ids = assets.map((asset) => asset.id);
  return ids.length > 1 ? [...ids.slice(1), ...ids.slice(0, 1)].reverse() : ids;
}

function progressOf({ timeline, createdAt }: ScenarioJob, now: number): number {
  const end = timeline.at(-1)?.at ?? now;
  const begun = timeline.find((step) => step.status === "in-progress")?.at ?? createdAt;
  if (now <= begun || end <= begun) return 0;
  return Math.min(0.99, Math.round(((now - begun) / (end - begun)) * 100) / 100);
}
