import type { ColdClass, ProviderId } from "./vocabulary";

/** RunPod's worker counters as read from `/health`; a key that the answer lacks is 0. */
export interface WorkerCounts {
  idle: number;
  initializing: number;
  ready: number;
  running: number;
  throttled: number;
  unhealthy: number;
  jobsInQueue: number;
  jobsInProgress: number;
}

/**
 * What was observed about one attempt's start, kept beside the class that was read from it, so that a better rule
 * can be run over old evidence. Null means not observed, never zero.
 */
export interface ColdStartEvidence {
  provider: ProviderId;
  /** Submission to start of the final run, as the provider says. */
  delayMs: number | null;
  /** Worker that ran it, and when we last saw a job of ours end there, before this one started. */
  workerId: string | null;
  workerLastSeenMsAgo: number | null;
  /** The endpoint's idle time-out: a worker silent for longer was stopped. */
  idleTimeoutMs: number | null;
  /** Counts read just before submission, and how old that reading was. */
  workersBefore: WorkerCounts | null;
  workersBeforeAgeMs: number | null;
  /** A worker was seen starting while this job waited. */
  initializingSeen: boolean | null;
  /** Workers throttled and none running, seen while this job waited. */
  throttledSeen: boolean | null;
  /** Time of the wait in which readings showed that; absent or null: not measured. */
  throttledMs?: number | null;
  /** How far into the wait the last reading was made. */
  lastReadingMs?: number | null;
  /** Jobs of ours that the endpoint had open when this one was submitted. */
  aheadOfUs: number | null;
  /** The platform's own retries of the job; delay is recomputed then and proves nothing. */
  retries: number | null;
  /** Scenario: how long the job's history says `warming-up`; 0 when it never did. */
  warmingUpMs: number | null;
}

export interface ColdStartVerdict {
  class: ColdClass;
  /** Version of the rule, so that a class is never compared across rules unknowingly. */
  rule: number;
  because: string;
  /** Waiting time put down to the worker's start; null when the class is not cold. */
  startUpMs: number | null;
}

/** Raised with every change of the rules below. */
export const COLD_START_RULE = 1;

/** Below this no worker was started: FlashBoot's revival takes about one second, a real start half a minute. */
const WARM_DELAY_MAX_MS = 2_000;
/** Waiting less than this behind another job is not called a queue. */
const QUEUED_MIN_MS = 1_000;
/** A free worker takes a job within 0.6 s, a revived one within 1.1 s. */
const READY_MAX_MS = 1_200;
/**
 * A container that loads a model cannot be up sooner. What waits less on a new worker waited for the scaler's queue
 * delay (4 s) and a revival, unless a start was already on its way when it came.
 */
const START_MIN_MS = 7_000;
/** A reading of the counters older than this says nothing about the moment of submission. */
const READING_MAX_AGE_MS = 3_000;
/** RunPod's default, for endpoints whose setting we were not told. */
const IDLE_TIMEOUT_DEFAULT_MS = 5_000;
/** Ends are seen through two clocks and a network. */
const IDLE_SLACK_MS = 1_000;
/** Scenario's states are dated to the millisecond; a flicker of `warming-up` is nobody's wait. */
const WARMING_UP_MIN_MS = 500;

/**
 * Why an attempt waited, from evidence alone. `unknown` is an answer: it is given wherever the evidence would make
 * the class a guess, above all after a retry by the platform, which measures the delay anew.
 */
export function classifyColdStart(evidence: ColdStartEvidence): ColdStartVerdict {
  return evidence.provider === "scenario" ? classifyByHistory(evidence) : classifyByWorker(evidence);
}

function classifyByHistory({ warmingUpMs, delayMs }: ColdStartEvidence): ColdStartVerdict {
  if (warmingUpMs === null) return verdict("unknown", "the job's history is missing");
  if (warmingUpMs >= WARMING_UP_MIN_MS) {
    return verdict("cold", `the job was warming up for ${warmingUpMs} ms`, warmingUpMs);
  }
  const waitedMs = (delayMs ?? 0) - warmingUpMs;
  if (waitedMs >= WARM_DELAY_MAX_MS) return verdict("queued", `it waited ${waitedMs} ms without warming up`);
  return verdict("warm", "the job's history has no warm-up");
}

function classifyByWorker(evidence: ColdStartEvidence): ColdStartVerdict {
  const { delayMs, retries, workerId, workerLastSeenMsAgo: lastSeenMsAgo } = evidence;
  if (retries !== null && retries >= 1) {
    return verdict("unknown", "the platform ran it again and measured the delay anew");
  }
  if (delayMs === null) return verdict("unknown", "the provider reported no delay");
  const throttledMs = evidence.throttledMs ?? null;
  const isThrottled = throttledMs === null ? evidence.throttledSeen === true : throttledMs * 2 > delayMs;
  if (isThrottled && delayMs >= WARM_DELAY_MAX_MS) {
    return verdict("throttled", "no worker could be had for most of its wait");
  }
  // Its worker was at another job when this one came: that is a queue, however short.
  if (lastSeenMsAgo !== null && lastSeenMsAgo < START_MIN_MS && delayMs - lastSeenMsAgo >= QUEUED_MIN_MS) {
    return verdict("queued", `its worker was at another job for ${delayMs - lastSeenMsAgo} ms after it came`);
  }
  // It joined a start that was under way, on the very worker: a free one would have taken it at once.
  const wasStarting = isStarting(evidence);
  if (wasStarting && workerId !== null && lastSeenMsAgo === null && delayMs >= READY_MAX_MS) {
    return verdict("cold", "a worker was starting when it came, and it ran on one that is new to us", delayMs);
  }
  if (delayMs < WARM_DELAY_MAX_MS) return verdict("warm", `it started after ${delayMs} ms`);
  const idleTimeoutMs = evidence.idleTimeoutMs ?? IDLE_TIMEOUT_DEFAULT_MS;
  if (lastSeenMsAgo !== null && lastSeenMsAgo <= idleTimeoutMs + IDLE_SLACK_MS) {
    return verdict("queued", `its worker had ended another job ${lastSeenMsAgo} ms before`);
  }
  if (delayMs < START_MIN_MS && !wasStarting) {
    return verdict("warm", `it started after ${delayMs} ms, sooner than a worker can be started`);
  }
  if (lastSeenMsAgo !== null) {
    return verdict(
      "cold",
      `its worker had been silent for ${lastSeenMsAgo} ms, longer than the idle time-out`,
      delayMs,
    );
  }
  if (evidence.initializingSeen && (workerId !== null || evidence.aheadOfUs === 0)) {
    return verdict("cold", "a worker was starting while it waited, and it ran on one that is new to us", delayMs);
  }
  const open = jobsAhead(evidence);
  if (open === 0) {
    return verdict("cold", `it waited ${delayMs} ms with nothing ahead of it, on a worker that is new to us`, delayMs);
  }
  // A worker that never ran a job of ours may still be warm from somebody else's, if somebody else is there.
  const othersJobs = open === null || evidence.aheadOfUs === null ? null : open - evidence.aheadOfUs;
  if (workerId !== null && evidence.workersBefore !== null && othersJobs === 0) {
    return verdict("cold", "it ran on a worker that is new to us, and no jobs but ours were open", delayMs);
  }
  return verdict("unknown", "it waited on a worker that is new to us, which a queue or a start may explain");
}

/** A worker was on its way just before submission: `initializing`, or counted as running with no job to run. */
function isStarting({ workersBefore: counts, workersBeforeAgeMs: ageMs }: ColdStartEvidence): boolean {
  if (counts === null || ageMs === null || ageMs > READING_MAX_AGE_MS) return false;
  return counts.initializing > 0 || counts.running > counts.jobsInProgress;
}

/** Jobs that were open when this one was submitted, ours or others'; null when nobody looked. */
function jobsAhead({ aheadOfUs, workersBefore }: ColdStartEvidence): number | null {
  const counted = workersBefore === null ? null : workersBefore.jobsInQueue + workersBefore.jobsInProgress;
  if (counted === null) return aheadOfUs;
  return Math.max(counted, aheadOfUs ?? 0);
}

function verdict(coldClass: ColdClass, because: string, startUpMs: number | null = null): ColdStartVerdict {
  return { class: coldClass, rule: COLD_START_RULE, because, startUpMs };
}
