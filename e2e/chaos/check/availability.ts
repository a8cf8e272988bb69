import type { History } from "../history";
import type { BrokenPromise } from "./broken-promise";

export interface AvailabilityLimits {
  /** From a process's death until another has its work; null: not judged (a machine that is busy with other things). */
  takeoverMs: number | null;
  /** From a request's start to its answer, good or bad; null: not judged. */
  acceptMs: number | null;
}

/** P8: the work of a dead process is taken up in time; a request gets its answer, or an honest 503, and never hangs. */
export function checkAvailability({ clients, takeovers }: History, limits: AvailabilityLimits): BrokenPromise[] {
  const broken: BrokenPromise[] = [];
  const wrong = (subject: string, what: string) => void broken.push({ promise: "P8", subject, what });
  for (const { generationId, tookMs, disturbedMs } of takeovers) {
    if (tookMs === null) wrong(generationId, "was held by a process that died and was never taken up");
    else if (limits.takeoverMs !== null && tookMs - disturbedMs > limits.takeoverMs)
      wrong(
        generationId,
        `was taken up ${Math.round(tookMs)} ms after its process died, ${Math.round(disturbedMs)} ms of them excused`,
      );
  }
  for (const { key, sends } of clients) {
    for (const { outcome, tookMs, atMs } of sends) {
      if (outcome.kind === "hung") wrong(key, `had no answer after ${Math.round(tookMs)} ms`);
      if (outcome.kind !== "answer") continue;
      if (outcome.status >= 500 && outcome.status !== 503) wrong(key, `was answered with ${outcome.status}`);
      if (outcome.status === 503 && !outcome.retryAfter) wrong(key, "was answered with 503 and no Retry-After");
      if (limits.acceptMs !== null && tookMs > limits.acceptMs)
        wrong(
          key,
          `was answered with ${outcome.status} after ${Math.round(tookMs)} ms, at ${new Date(atMs).toISOString()}`,
        );
    }
  }
  return broken;
}
