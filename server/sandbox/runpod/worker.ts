import type { Timer } from "../clock";
import type { LedgerEntry } from "../ledger";
import type { RunpodJob } from "./job";

/** `parked` workers are FlashBoot's sleeping ones: they cost nothing and wake in about a second. */
export type WorkerState = "starting" | "free" | "busy" | "throttled" | "unhealthy";

export interface Worker {
  id: string;
  state: WorkerState;
  /** Release that it runs. */
  version: number;
  startedAt: number;
  readyAt: number | null;
  /** The container is up and only the model is loading: `/health` counts it as running already. */
  containerUpAt: number;
  flashBoot: boolean;
  startUpMs: number;
  job: RunpodJob | null;
  /** A forced cold start: this worker was started for that job alone. */
  reservedFor: RunpodJob | null;
  lastTruth: LedgerEntry | null;
  freeSince: number;
  jobsDone: number;
  timers: Timer[];
  idleTimer: Timer | null;
  /** ComfyUI's node cache: the latest graphs and the names of their files. */
  cache: Map<string, string[]>;
  fileCounters: Map<string, number>;
}

export function newWorker(id: string, version: number, now: number): Worker {
  return {
    id,
    state: "starting",
    version,
    startedAt: now,
    readyAt: null,
    containerUpAt: now,
    flashBoot: false,
    startUpMs: 0,
    job: null,
    reservedFor: null,
    lastTruth: null,
    freeSince: now,
    jobsDone: 0,
    timers: [],
    idleTimer: null,
    cache: new Map(),
    fileCounters: new Map(),
  };
}

export function cancelTimers(owner: { timers: Timer[] }): void {
  for (const timer of owner.timers) timer.cancel();
  owner.timers = [];
}
