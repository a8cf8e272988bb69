import type { Timer } from "../clock";
import { strikeOf } from "../faults";
import { hash32, token, unit } from "../random";
import { Billing } from "./billing";
import type { Endpoint } from "./endpoint";
import type { RunpodJob } from "./job";
import { chargeIdle } from "./truth";
import { cancelTimers, newWorker, type Worker } from "./worker";

/** A worker that is still not ready after so long is given up as unhealthy (RUNPOD_INIT_TIMEOUT). */
const INIT_TIMEOUT_MS = 7 * 60_000;

/** The endpoint's workers: how they start, stop, fail to start, and what they cost. Which job goes where is not its matter. */
export class Fleet {
  readonly workers = new Map<string, Worker>();
  readonly billing = new Billing();
  /** Set by the control API: no machine is to be had, or none gets healthy. */
  throttled = false;
  unhealthy = false;
  private serial = 0;
  private parked: { id: string; at: number }[] = [];
  private worldTimer: Timer | null = null;
  private throttledSince: number | null = null;

  constructor(private readonly endpoint: Endpoint) {}

  get max(): number {
    const { deps, settings } = this.endpoint;
    return deps.faults.isWorld("workers_max_zero", "runpod") ? 0 : settings.workersMax;
  }

  get room(): number {
    return this.max - this.workers.size;
  }

  isThrottled(): boolean {
    return this.throttled || this.endpoint.deps.faults.isWorld("workers_throttled", "runpod");
  }

  isUnhealthy(): boolean {
    return this.unhealthy || this.endpoint.deps.faults.isWorld("workers_unhealthy", "runpod");
  }

  /** `cause` is the job for which it starts; a reserved worker takes no other first. */
  add(cause: RunpodJob | null, reservedFor: RunpodJob | null = null): void {
    const { deps, now, version } = this.endpoint;
    const worker = newWorker(token(14, deps.instance, "worker", ++this.serial), version, now);
    worker.reservedFor = reservedFor;
    this.workers.set(worker.id, worker);
    if (this.isThrottled()) {
      worker.state = "throttled";
      this.noteThrottling();
      this.watchWorld();
    } else this.boot(worker, cause);
  }

  stop(worker: Worker): void {
    const { now, settings } = this.endpoint;
    cancelTimers(worker);
    worker.idleTimer?.cancel();
    chargeIdle(worker, now, settings.gpuTypeId);
    worker.job = null;
    if (!this.workers.delete(worker.id)) return;
    this.noteThrottling();
    if (worker.state !== "throttled" && worker.state !== "unhealthy") {
      this.billing.charge(settings.gpuTypeId, worker.startedAt, now);
      if (worker.readyAt !== null) this.park(worker.id);
    }
    this.endpoint.health.note();
  }

  /** A killed worker comes back under its own id after a full start. */
  restart(worker: Worker): void {
    const { id, version } = worker;
    this.stop(worker);
    if (this.room <= 0 || version !== this.endpoint.version) {
      this.endpoint.reconsider();
      return;
    }
    const again = newWorker(id, version, this.endpoint.now);
    this.workers.set(id, again);
    this.boot(again, this.endpoint.oldestWaiting());
  }

  stopAll(): void {
    for (const worker of [...this.workers.values()]) this.stop(worker);
    this.worldTimer?.cancel();
  }

  /** Lets held-back workers go on where what held them is over, and keeps to minimum and maximum. */
  reconsider(): void {
    this.noteThrottling();
    for (const worker of [...this.workers.values()]) {
      if (worker.state === "throttled" && !this.isThrottled()) {
        this.boot(worker, worker.reservedFor ?? this.endpoint.oldestWaiting());
      }
      if (worker.state === "unhealthy" && !this.isUnhealthy()) this.stop(worker);
    }
    // Beyond the maximum idle and starting ones go at once, busy ones when they become free.
    for (const worker of [...this.workers.values()]) {
      if (this.room < 0 && worker.state !== "busy") this.stop(worker);
    }
    this.keepMinimum();
  }

  keepMinimum(): void {
    const wanted = Math.min(this.endpoint.settings.workersMin, this.max);
    while (this.workers.size < wanted) this.add(this.endpoint.oldestWaiting());
  }

  /** Rules of faults begin and end by time alone, so somebody has to look while workers are held back. */
  watchWorld(): void {
    if (this.worldTimer !== null) return;
    this.worldTimer = this.endpoint.deps.clock.after(1_000, () => {
      this.worldTimer = null;
      this.endpoint.reconsider();
      const isHeld = [...this.workers.values()].some((w) => w.state === "throttled" || w.state === "unhealthy");
      if (isHeld || (this.max === 0 && this.endpoint.queue.size > 0)) this.watchWorld();
    });
  }

  /** Of this job's wait, how long no machine was to be had. */
  throttledMs(job: RunpodJob): number {
    return job.throttledMs + this.runningThrottle(job);
  }

  parkedCount(): number {
    return this.endpoint.settings.flashboot === "OFF" ? 0 : this.parked.length;
  }

  /** Which picture of leftovers `/health` shows at rest; changes with each start. */
  restPicture(): "zeros" | "parked" | "throttled" {
    if (this.parkedCount() > 0) return "parked";
    if (!this.endpoint.settings.healthLeftovers || this.serial === 0) return "zeros";
    const draw = hash32(this.endpoint.deps.seed, "rest", this.serial) % 100;
    return draw < 60 ? "zeros" : draw < 90 ? "parked" : "throttled";
  }

  private boot(worker: Worker, cause: RunpodJob | null): void {
    const { deps, now } = this.endpoint;
    worker.state = this.isUnhealthy() ? "unhealthy" : "starting";
    worker.startedAt = now;
    this.noteThrottling();
    if (worker.state === "unhealthy") {
      this.watchWorld();
      return;
    }
    const revivalMs = this.revivalMs(cause);
    worker.flashBoot = revivalMs !== null;
    worker.startUpMs = revivalMs ?? this.startUpMs(cause);
    worker.containerUpAt = now + Math.round(worker.startUpMs * 0.4);
    const isTooLong = worker.startUpMs > INIT_TIMEOUT_MS;
    worker.timers.push(
      isTooLong
        ? deps.clock.after(INIT_TIMEOUT_MS, () => this.giveUp(worker))
        : deps.clock.after(worker.startUpMs, () => {
            worker.readyAt = this.endpoint.now;
            this.endpoint.workerIsReady(worker);
          }),
    );
  }

  private giveUp(worker: Worker): void {
    const { deps, now, settings } = this.endpoint;
    this.billing.charge(settings.gpuTypeId, worker.startedAt, now);
    worker.state = "unhealthy";
    worker.reservedFor = null;
    // A fresh machine is tried; the sick one stays on the books for a while.
    worker.timers.push(deps.clock.after(60_000, () => this.stop(worker)));
    this.endpoint.scale();
    this.endpoint.health.note();
  }

  private park(id: string): void {
    this.parked.push({ id, at: this.endpoint.now });
    if (this.parked.length > Math.max(1, this.endpoint.settings.workersMax)) this.parked.shift();
  }

  /** Milliseconds in which FlashBoot wakes a parked worker, null when the start is a full one. */
  private revivalMs(cause: RunpodJob | null): number | null {
    const { deps, now, settings } = this.endpoint;
    if (settings.flashboot === "OFF" || (cause !== null && needsFreshWorker(cause))) return null;
    const sleeper = this.parked.pop();
    if (sleeper === undefined || now - sleeper.at > 10 * 60_000) return null;
    if (unit(deps.seed, "revive", this.serial) >= 0.8) return null;
    return 500 + Math.round(600 * unit(deps.seed, "revival", this.serial));
  }

  /**
   * The plan's table gives the cold latency as a whole. So the whole is drawn from it, the execution from the warm
   * table, and the start-up is what is left.
   */
  private startUpMs(cause: RunpodJob | null): number {
    if (cause !== null) {
      const tooLong = strikeOf(cause.strikes, "cold_too_long");
      if (tooLong !== null) return (tooLong.value ?? 300) * 1000;
      const cold = strikeOf(cause.strikes, "cold");
      if (cold !== null && cold.value !== null) return cold.value * 1000;
    }
    const totalMs = this.endpoint.deps.latency.drawMs("cold");
    if (cause === null) return Math.max(5_000, totalMs - 3_000);
    const executionMs = Math.min(cause.warmTotalMs - cause.dispatchMs, Math.round(totalMs * 0.6));
    cause.warmTotalMs = executionMs + cause.dispatchMs;
    return totalMs - executionMs;
  }

  /** Jobs are held back only while no worker runs or starts either: behind one that does they queue, or wait for its start. */
  private noteThrottling(): void {
    const isHeld = this.isThrottled() && ![...this.workers.values()].some((worker) => isAlive(worker));
    if (isHeld && this.throttledSince === null) this.throttledSince = this.endpoint.now;
    if (isHeld || this.throttledSince === null) return;
    for (const job of this.endpoint.queue.values()) job.throttledMs += this.runningThrottle(job);
    this.throttledSince = null;
  }

  private runningThrottle(job: RunpodJob): number {
    return this.throttledSince === null ? 0 : this.endpoint.now - Math.max(this.throttledSince, job.submittedAt);
  }
}

function isAlive({ state }: Worker): boolean {
  return state === "starting" || state === "free" || state === "busy";
}

/** A job whose fault is a cold start: no worker that is there already may take it. */
export function needsFreshWorker(job: RunpodJob): boolean {
  return job.strikes.length > 0 && strikeOf(job.strikes, "cold", "cold_too_long") !== null;
}
