import type { Clock, Timer } from "../clock";
import { type FaultPlan, strikeOf } from "../faults";
import type { LatencyModel } from "../latency";
import type { Ledger } from "../ledger";
import { unit } from "../random";
import { Fleet, needsFreshWorker } from "./fleet";
import { handle } from "./handler";
import { HealthBoard } from "./health";
import { isTerminal, type JobStatus, type Outcome, type RunpodJob } from "./job";
import { startFreshWorkers, startNeededWorkers } from "./scaling";
import type { EndpointSettings } from "./settings";
import { chargeIdle, classify, settle } from "./truth";
import { cancelTimers, type Worker } from "./worker";

export interface EndpointDeps {
  clock: Clock;
  seed: number;
  /** Part of every id, so that a restarted sandbox never hands out an id that a client's database already holds. */
  instance: string;
  latency: LatencyModel;
  faults: FaultPlan;
  ledger: Ledger;
}

/** What a release changed, in the management's own field names. */
export interface ReleaseDiff {
  field: string;
  old: unknown;
  new: unknown;
}

/** One serverless endpoint: its queue, its workers and when it starts and stops them. Knows nothing of HTTP. */
export class Endpoint {
  readonly queue = new Map<string, RunpodJob>();
  readonly fleet: Fleet;
  readonly health: HealthBoard;
  readonly releases: { version: number; createdAt: number; diff: ReleaseDiff[] }[];
  counters = { completed: 0, failed: 0, retried: 0 };
  inProgress = 0;
  version = 1;
  /** Called once for every job that ended. */
  onEnd: (job: RunpodJob) => void = () => {};
  private scaleTimer: Timer | null = null;
  private sawFresh = false;

  constructor(
    readonly deps: EndpointDeps,
    public settings: EndpointSettings,
  ) {
    this.releases = [{ version: 1, createdAt: deps.clock.now(), diff: [] }];
    this.fleet = new Fleet(this);
    this.health = new HealthBoard(this);
    this.fleet.keepMinimum();
  }

  get now(): number {
    return this.deps.clock.now();
  }

  submit(job: RunpodJob): void {
    job.ttlTimer = this.deps.clock.after(job.policy.ttlMs, () => this.expire(job));
    this.queue.set(job.id, job);
    this.sawFresh ||= needsFreshWorker(job);
    this.dispatch();
    this.scale();
    this.health.note();
  }

  /** False when the job has ended already. */
  cancel(job: RunpodJob): boolean {
    if (isTerminal(job.status)) return false;
    const worker = job.status === "IN_PROGRESS" ? this.workerOf(job) : null;
    if (job.startedAt !== null) job.executionMs = this.now - job.startedAt;
    this.end(job, "CANCELLED");
    if (worker !== null) this.fleet.restart(worker);
    return true;
  }

  /** Puts a failed job back into the queue under its own id. */
  retry(job: RunpodJob): void {
    Object.assign(job, { status: "IN_QUEUE", startedAt: null, finishedAt: null, delayMs: null, executionMs: null });
    Object.assign(job, { workerId: null, outcome: null, error: null, submittedAt: this.now });
    job.truth.status = "OPEN";
    this.submit(job);
  }

  purge(): number {
    const waiting = [...this.queue.values()];
    for (const job of waiting) this.end(job, "CANCELLED");
    return waiting.length;
  }

  /** Applies changed settings; a change of the image makes a release and retires workers as they become free. */
  configure(changes: Partial<EndpointSettings>, isRelease = false): void {
    const before = this.settings;
    this.settings = { ...before, ...changes };
    if (isRelease) {
      this.version += 1;
      this.releases.unshift({ version: this.version, createdAt: this.now, diff: diffOf(before, this.settings) });
    }
    for (const worker of this.fleet.workers.values()) {
      if (worker.state === "free") this.becomeFree(worker);
    }
    this.reconsider();
  }

  /** To be called when something outside changed: throttling, faults, limits. */
  reconsider(): void {
    this.fleet.reconsider();
    this.scale();
    this.health.note();
  }

  /** Kills a worker as a crash would; its job is tried once more, then fails. Without an id: any busy one. */
  crash(workerId?: string): boolean {
    const worker =
      workerId === undefined
        ? [...this.fleet.workers.values()].find((w) => w.job !== null)
        : this.fleet.workers.get(workerId);
    if (worker === undefined) return false;
    const { job } = worker;
    this.fleet.stop(worker);
    if (job !== null) this.loseWorker(job);
    this.reconsider();
    return true;
  }

  stopAll(): void {
    this.fleet.stopAll();
    this.scaleTimer?.cancel();
  }

  /** Called by the fleet when a worker has started. */
  workerIsReady(worker: Worker): void {
    if (!this.takeNext(worker, 0)) this.becomeFree(worker);
    this.health.note();
  }

  private dispatch(): void {
    for (const worker of this.fleet.workers.values()) {
      if (this.queue.size === 0) return;
      if (worker.state === "free") this.takeNext(worker);
    }
  }

  private takeNext(worker: Worker, waitMs?: number): boolean {
    const reserved = worker.reservedFor;
    worker.reservedFor = null;
    const job = reserved !== null && this.queue.has(reserved.id) ? reserved : this.oldestWaiting();
    if (job === null) return false;
    this.queue.delete(job.id);
    worker.idleTimer?.cancel();
    chargeIdle(worker, this.now, this.settings.gpuTypeId);
    worker.state = "busy";
    worker.job = job;
    const dispatchMs = waitMs ?? job.dispatchMs;
    if (dispatchMs === 0) this.begin(job, worker);
    else worker.timers.push(this.deps.clock.after(dispatchMs, () => this.begin(job, worker)));
    return true;
  }

  oldestWaiting(): RunpodJob | null {
    for (const job of this.queue.values()) if (!needsFreshWorker(job)) return job;
    return null;
  }

  private begin(job: RunpodJob, worker: Worker) {
    job.status = "IN_PROGRESS";
    job.startedAt = this.now;
    job.delayMs = this.now - job.submittedAt;
    job.workerId = worker.id;
    this.inProgress += 1;
    classify(job, worker, this.fleet.throttledMs(job));
    if (job.readInput() === null) return this.runEmptyInput(job, worker);
    if (
      strikeOf(job.strikes, "worker_crash") !== null ||
      (strikeOf(job.strikes, "worker_crash_once") && job.retries === 0)
    ) {
      job.timers.push(this.deps.clock.after(job.warmTotalMs * 0.7, () => this.crash(worker.id)));
      return;
    }
    const outcome = handle(job, worker, this.settings, this.deps.seed, Math.max(40, job.warmTotalMs - job.dispatchMs));
    const limitMs = job.policy.executionTimeoutMs ?? (this.settings.executionTimeoutMs || 600_000);
    const never = strikeOf(job.strikes, "never_finishes") !== null;
    if (!never && outcome.executionMs <= limitMs) {
      job.timers.push(this.deps.clock.after(outcome.executionMs, () => this.complete(job, worker, outcome)));
      return;
    }
    // Measured: a limit of 5 s ended the job after 8 s.
    const noticedMs = limitMs + 1_000 + Math.round(2_000 * unit(this.deps.seed, "limit", job.sequence));
    job.timers.push(
      this.deps.clock.after(noticedMs, () => {
        job.executionMs = noticedMs;
        job.error = "executionTimeout exceeded";
        this.end(job, "FAILED");
        this.fleet.restart(worker);
      }),
    );
  }

  private complete(job: RunpodJob, worker: Worker, outcome: Outcome): void {
    job.outcome = outcome;
    job.error = outcome.error;
    job.executionMs = outcome.executionMs;
    job.truth.cacheHit = outcome.cacheHit;
    const timedOut = strikeOf(job.strikes, "timed_out") !== null;
    this.end(job, timedOut ? "TIMED_OUT" : outcome.status);
    worker.jobsDone += 1;
    worker.lastTruth = job.truth;
    this.becomeFree(worker);
    this.health.note();
  }

  /** The SDK refuses an empty input, the platform tries once more, and half a minute later it is a "timeout". */
  private runEmptyInput(job: RunpodJob, worker: Worker): void {
    const untilFailedMs = 30_000 + Math.round(20_000 * unit(this.deps.seed, "empty", job.sequence));
    job.timers.push(
      this.deps.clock.after(untilFailedMs, () => {
        job.retries = 1;
        job.executionMs = untilFailedMs;
        job.error = "job timed out after 1 retries";
        this.counters.retried += 1;
        this.end(job, "FAILED");
        this.becomeFree(worker);
        this.health.note();
      }),
    );
  }

  private loseWorker(job: RunpodJob): void {
    cancelTimers(job);
    if (job.status === "IN_PROGRESS") this.inProgress -= 1;
    if (job.retries >= 1) {
      job.executionMs = job.startedAt === null ? null : this.now - job.startedAt;
      job.error = `job timed out after ${job.retries} retries`;
      job.status = "IN_QUEUE"; // it left the worker above; end() must not count it as running
      this.end(job, "FAILED");
      return;
    }
    job.retries += 1;
    this.counters.retried += 1;
    Object.assign(job, { status: "IN_QUEUE", startedAt: null, delayMs: null, workerId: null });
    this.queue.set(job.id, job);
    this.sawFresh ||= needsFreshWorker(job);
    this.dispatch();
  }

  private end(job: RunpodJob, status: JobStatus): void {
    cancelTimers(job);
    job.ttlTimer?.cancel();
    this.queue.delete(job.id);
    const wasRunning = job.status === "IN_PROGRESS";
    if (wasRunning) this.inProgress -= 1;
    // Cancelled between being handed to a worker and starting there: the worker is still good.
    const worker = wasRunning ? null : this.workerOf(job);
    job.status = status;
    job.finishedAt = this.now;
    if (status === "COMPLETED") this.counters.completed += 1;
    if (status === "FAILED" || status === "TIMED_OUT") this.counters.failed += 1;
    settle(job, this.settings.gpuTypeId);
    if (worker !== null) this.becomeFree(worker);
    this.onEnd(job);
    this.health.note();
  }

  /** A job whose ttl ran out is simply gone, even while it runs. */
  private expire(job: RunpodJob): void {
    if (isTerminal(job.status)) return;
    const worker = job.status === "IN_PROGRESS" ? this.workerOf(job) : null;
    this.end(job, "TIMED_OUT");
    job.truth.status = "EXPIRED";
    job.finishedAt = Number.NEGATIVE_INFINITY;
    if (worker !== null) this.fleet.restart(worker);
  }

  private workerOf(job: RunpodJob): Worker | null {
    for (const worker of this.fleet.workers.values()) if (worker.job === job) return worker;
    return null;
  }

  private becomeFree(worker: Worker): void {
    cancelTimers(worker);
    worker.idleTimer?.cancel();
    if (worker.state !== "free") worker.freeSince = this.now;
    worker.job = null;
    worker.state = "free";
    if (this.hasFreshWaiting()) startFreshWorkers(this.fleet, this.queue);
    if (!this.fleet.workers.has(worker.id)) return;
    if (worker.version !== this.version || this.fleet.room < 0) {
      this.fleet.stop(worker);
      this.fleet.keepMinimum();
      this.scale();
      return;
    }
    if (this.takeNext(worker)) return;
    const leftMs = worker.freeSince + this.settings.idleTimeoutS * 1000 - this.now;
    worker.idleTimer = this.deps.clock.after(leftMs, () => {
      if (this.fleet.workers.size > this.settings.workersMin) this.fleet.stop(worker);
      this.health.note();
    });
  }

  /** Most queues hold none of them, and then nobody needs to look through thousands of jobs. */
  private hasFreshWaiting(): boolean {
    if (!this.sawFresh) return false;
    this.sawFresh = [...this.queue.values()].some(needsFreshWorker);
    return this.sawFresh;
  }

  /** Starts workers by the endpoint's rule and plans the next look. */
  scale(): void {
    this.scaleTimer?.cancel();
    this.scaleTimer = null;
    if (this.queue.size === 0) return;
    if (this.hasFreshWaiting()) startFreshWorkers(this.fleet, this.queue);
    const { settings, inProgress, now } = this;
    const lookMs = startNeededWorkers(this.fleet, this.queue, { settings, inProgress, now });
    if (lookMs !== null) this.scaleTimer = this.deps.clock.after(lookMs, () => this.scale());
  }
}

function diffOf(before: EndpointSettings, after: EndpointSettings): ReleaseDiff[] {
  const all: ReleaseDiff[] = [
    { field: "image", old: before.imageTag, new: after.imageTag },
    { field: "gpu.pools", old: [before.gpuPool], new: [after.gpuPool] },
  ];
  return all.filter((entry) => String(entry.old) !== String(entry.new));
}
