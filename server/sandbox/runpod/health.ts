import type { Endpoint } from "./endpoint";

interface WorkerCounts {
  idle: number;
  initializing: number;
  ready: number;
  running: number;
  throttled: number;
  unhealthy: number;
}

interface Snapshot {
  at: number;
  workers: WorkerCounts;
  completed: number;
  failed: number;
  retried: number;
}

/** How far behind the counts are: a job just submitted is in the queue at once, its worker appears later. */
const LAG_MS = 1_500;
const GRAIN_MS = 200;

/** The numbers of `/health`, with the lag and the double meanings that were measured on the real one. */
export class HealthBoard {
  private history: Snapshot[] = [];

  constructor(private readonly endpoint: Endpoint) {}

  /** Remembers the present state. Changes within a fifth of a second are one. */
  note(): void {
    const at = this.endpoint.now;
    const last = this.history.at(-1);
    if (last !== undefined && at - last.at < GRAIN_MS) return;
    this.history.push(this.snapshot(at));
    const keepFrom = this.history.findLastIndex((entry) => entry.at <= at - LAG_MS);
    if (keepFrom > 0) this.history.splice(0, keepFrom);
  }

  read(): { jobs: Record<string, number>; workers: WorkerCounts } {
    const { endpoint } = this;
    const at = endpoint.now;
    const current = this.snapshot(at);
    const seen = this.history.findLast((entry) => entry.at <= at - LAG_MS) ?? this.history[0] ?? current;
    // Nothing has happened for a while: what was noted last may lack what time alone changed.
    const last = this.history.at(-1);
    const shown = last === undefined || at - last.at > LAG_MS ? current : seen;
    return {
      jobs: {
        completed: shown.completed,
        failed: shown.failed,
        inProgress: endpoint.inProgress,
        inQueue: endpoint.queue.size,
        retried: shown.retried,
      },
      workers: shown.workers,
    };
  }

  private snapshot(at: number): Snapshot {
    const { endpoint } = this;
    const workers: WorkerCounts = { idle: 0, initializing: 0, ready: 0, running: 0, throttled: 0, unhealthy: 0 };
    for (const worker of endpoint.fleet.workers.values()) {
      if (worker.state === "busy") workers.running += 1;
      else if (worker.state === "throttled") workers.throttled += 1;
      else if (worker.state === "unhealthy") workers.unhealthy += 1;
      // A booting worker counts as running once its container is up, although the model still loads.
      else if (worker.state === "starting") workers[at >= worker.containerUpAt ? "running" : "initializing"] += 1;
      // For some seconds after a job a free worker still counts as running.
      else if (at - worker.freeSince < 3_000 && worker.jobsDone > 0) workers.running += 1;
      else workers.idle += 1;
    }
    if (endpoint.fleet.workers.size === 0) {
      const rest = endpoint.fleet.restPicture();
      if (rest === "parked") workers.idle = endpoint.fleet.parkedCount() || 2;
      if (rest === "throttled") workers.throttled = 1;
    }
    workers.ready = workers.idle;
    return { at, workers, ...endpoint.counters };
  }
}
