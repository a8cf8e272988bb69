import type { RunpodJob } from "./job";
import { gpuMicros } from "./settings";
import type { Worker } from "./worker";

/** A woken worker is there within the scaler's queue delay (4 s) and about a second. */
const WAKING_MAX_MS = 5_000;
/** So long may FlashBoot's revival take; who waits no longer for another start to end has waited as little. */
const REVIVAL_MAX_MS = 1_200;

/** Writes into the ledger why this job waited, at the moment when it begins. `throttledMs`: of its wait, without any machine. */
export function classify(job: RunpodJob, worker: Worker, throttledMs: number): void {
  const { truth } = job;
  const waitedMs = job.delayMs ?? 0;
  const readyAt = worker.readyAt ?? job.startedAt ?? 0;
  truth.startUpMs = worker.jobsDone === 0 ? Math.max(0, readyAt - Math.max(job.submittedAt, worker.startedAt)) : 0;
  truth.flashBoot = worker.flashBoot && truth.startUpMs > 0;
  truth.workerId = worker.id;
  truth.retries = job.retries;
  // Woken for it, within the scaler's queue delay; a worker woken later ends a wait for another one's full start.
  const isWoken = truth.flashBoot && waitedMs <= truth.startUpMs + WAKING_MAX_MS;
  if (throttledMs > waitedMs / 2 && waitedMs > 1_000) truth.class = "throttled";
  else if (truth.startUpMs > 0 && waitedMs > REVIVAL_MAX_MS && !isWoken) truth.class = "cold";
  else if (waitedMs > job.dispatchMs + 1_000 && !isWoken) truth.class = "queued";
  else truth.class = "warm";
}

/** Writes into the ledger how the job ended and what it cost so far. */
export function settle(job: RunpodJob, gpuTypeId: string): void {
  const { truth } = job;
  truth.status = job.status;
  truth.startedAt = job.startedAt;
  truth.finishedAt = job.finishedAt;
  truth.delayMs = job.delayMs;
  truth.executionMs = job.executionMs;
  truth.retries = job.retries;
  truth.workerId = job.workerId ?? truth.workerId;
  price(truth, gpuTypeId);
}

/** Idle time is paid, so it belongs to the job before it. */
export function chargeIdle(worker: Worker, now: number, gpuTypeId: string): void {
  if (worker.state !== "free" || worker.lastTruth === null) return;
  worker.lastTruth.idleTailMs = now - worker.freeSince;
  price(worker.lastTruth, gpuTypeId);
}

function price(truth: RunpodJob["truth"], gpuTypeId: string): void {
  truth.billedSeconds = Math.ceil((truth.startUpMs + (truth.executionMs ?? 0) + truth.idleTailMs) / 1000);
  truth.costMicros = gpuMicros(gpuTypeId, truth.billedSeconds * 1000);
}
