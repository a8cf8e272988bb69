import { keptAt, LEFTOVERS_MS, type MeasuredUnder, type Seen } from "./start-ups";
import type { MeasuredRequest } from "./trace";

/** RunPod gives a worker up that is not there by then. */
const START_MAX_MS = 7 * 60_000;

interface Job {
  atMs: number;
  /** When its work began. */
  beganMs: number;
  isCold: boolean;
}

/**
 * Starts that a queue behind kept workers made. One begins when the first job has waited for the time that the endpoint
 * allows; it is over when a job begins on the new worker. When two have waited so long at once a second worker starts, and
 * when the queue is empty nobody sees whether it is there: until then it is known to have taken longer.
 */
export function seenBehindKept(sorted: readonly MeasuredRequest[], under: MeasuredUnder): Seen[] {
  if (under.kept.every(({ workers }) => workers === 0)) return [];
  const jobs = sorted.flatMap(({ atMs, delayMs, isCold }): Job[] =>
    delayMs === null ? [] : [{ atMs, beganMs: atMs + delayMs, isCold: isCold === true }],
  );
  const seen: Seen[] = [];
  let waitedUntilMs = Number.NEGATIVE_INFINITY;
  for (const [index, job] of jobs.entries()) {
    if (!mayBeLate(job, under)) continue;
    const startedMs = job.atMs + under.secondAfterMs;
    const isFirst = waitedUntilMs + LEFTOVERS_MS < startedMs;
    if (isFirst && isLate(job, under) && keptAt(under, job.atMs) > 0) {
      const found = follow(jobs, index, startedMs, under);
      if (found !== null) seen.push(found);
    }
    waitedUntilMs = Math.max(waitedUntilMs, job.beganMs);
  }
  return seen;
}

/** Handing over takes a moment by itself: who waited no longer than that beyond the limit may have started nobody. */
const HANDING_OVER_MS = 1_000;
const mayBeLate = ({ atMs, beganMs }: Job, { secondAfterMs }: MeasuredUnder) => beganMs - atMs > secondAfterMs;
const isLate = ({ atMs, beganMs }: Job, { secondAfterMs }: MeasuredUnder) =>
  beganMs - atMs > secondAfterMs + HANDING_OVER_MS;

function follow(jobs: readonly Job[], from: number, startedMs: number, under: MeasuredUnder): Seen | null {
  let secondMs = Number.POSITIVE_INFINITY;
  let waitingUntilMs = startedMs;
  let coldMs = Number.POSITIVE_INFINITY;
  for (let index = from; index < jobs.length; index++) {
    const job = jobs[index] as Job; // below the length
    if (job.atMs > startedMs + START_MAX_MS) break;
    const before = index === from ? undefined : jobs[index - 1];
    if (before !== undefined && mayBeLate(job, under) && before.beganMs > job.atMs + under.secondAfterMs)
      secondMs = Math.min(secondMs, job.atMs + under.secondAfterMs);
    if (job.isCold && job.beganMs >= startedMs) coldMs = Math.min(coldMs, job.beganMs);
    else if (job.beganMs - job.atMs > HANDING_OVER_MS && job.beganMs <= coldMs)
      waitingUntilMs = Math.max(waitingUntilMs, job.beganMs);
    // Somebody was served at once after the queue was gone: by whom, nobody knows.
    if (job.atMs > waitingUntilMs && coldMs === Number.POSITIVE_INFINITY && !job.isCold) break;
  }
  const seenMs = Math.min(coldMs, secondMs);
  if (seenMs === coldMs && coldMs !== Number.POSITIVE_INFINITY) return { ms: coldMs - startedMs, isCensored: false };
  const knownMs = Math.min(secondMs, waitingUntilMs) - startedMs;
  return knownMs > 0 ? { ms: knownMs, isCensored: true } : null;
}
