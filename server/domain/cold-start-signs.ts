import type { ColdStartEvidence, WorkerCounts } from "./cold-start";

/** What readings of the worker counters, taken while a job waits, say about its start. Null: no reading yet. */
export type WaitSigns = Pick<ColdStartEvidence, "initializingSeen" | "throttledSeen" | "throttledMs" | "lastReadingMs">;

export const NO_SIGNS: WaitSigns = {
  initializingSeen: null,
  throttledSeen: null,
  throttledMs: null,
  lastReadingMs: null,
};

/**
 * Counters lag by a second or two, and an endpoint at rest may show a throttled leftover that means nothing; a
 * reading so soon after submission is about the time before it.
 */
const THROTTLED_FROM_MS = 3_000;
/** Without an earlier reading one speaks for this long before it at most: jobs are looked at no more seldom. */
const READING_SPAN_MS = 5_000;

/**
 * The signs with one more reading, made `waitedMs` after submission while the job was still in the queue. A reading
 * that is not newer than the last one changes nothing, so a shared one may be offered twice.
 */
export function withReading(signs: WaitSigns, counts: WorkerCounts, waitedMs: number): WaitSigns {
  const sinceMs = signs.lastReadingMs ?? Math.max(0, waitedMs - READING_SPAN_MS);
  if (waitedMs < 0 || waitedMs <= (signs.lastReadingMs ?? -1)) return signs;
  // A container that is up counts as running although its model still loads: the queue stands, and none is in progress.
  const loading = counts.jobsInQueue > 0 && counts.jobsInProgress === 0 && counts.running > 0;
  const starting = counts.initializing > 0 || loading;
  const throttled = counts.throttled > 0 && counts.running === 0 && counts.initializing === 0;
  return {
    initializingSeen: starting || signs.initializingSeen === true,
    throttledSeen: (throttled && waitedMs >= THROTTLED_FROM_MS) || signs.throttledSeen === true,
    // The reading speaks for the time since the one before it.
    throttledMs: (signs.throttledMs ?? 0) + (throttled ? Math.round(waitedMs - sinceMs) : 0),
    lastReadingMs: Math.round(waitedMs),
  };
}

/** A run on a worker, by the provider's own measure of its times. */
export interface WorkerRun {
  submittedAtMs: number;
  delayMs: number;
  /** Null: it began, and we have not looked since. A worker runs one job at a time, so it ended before the next began. */
  executionMs: number | null;
}

/**
 * How long before this job's start the worker had last ended another of our jobs; null when we know of none. Ends
 * are computed from the provider's times: when *we* heard of an end depends on polling, and two jobs that followed
 * each other at once would often be heard of in the other order.
 */
export function workerLastSeenMsAgo(
  job: { submittedAtMs: number; delayMs: number },
  others: readonly WorkerRun[],
): number | null {
  const startedMs = job.submittedAtMs + job.delayMs;
  let latestMs: number | null = null;
  for (const other of others) {
    const otherStartedMs = other.submittedAtMs + other.delayMs;
    if (otherStartedMs >= startedMs) continue;
    const endedMs = other.executionMs === null ? startedMs : otherStartedMs + other.executionMs;
    if (latestMs === null || endedMs > latestMs) latestMs = endedMs;
  }
  return latestMs === null ? null : Math.max(0, startedMs - latestMs);
}
