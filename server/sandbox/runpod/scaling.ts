import { type Fleet, needsFreshWorker } from "./fleet";
import type { RunpodJob } from "./job";
import type { EndpointSettings } from "./settings";

/** Starts workers by the endpoint's rule. Gives back when to look again in milliseconds, null when time alone changes nothing. */
export function startNeededWorkers(
  fleet: Fleet,
  queue: ReadonlyMap<string, RunpodJob>,
  { settings, inProgress, now }: { settings: EndpointSettings; inProgress: number; now: number },
): number | null {
  if (fleet.room <= 0) {
    if (fleet.max === 0) fleet.watchWorld();
    return null;
  }
  let [starting, forAll] = [0, 0];
  for (const worker of fleet.workers.values()) {
    if (worker.reservedFor !== null) continue;
    forAll += 1;
    if (worker.state === "starting" || worker.state === "throttled") starting += 1;
  }
  const oldest = firstThatScales(queue);
  if (oldest === null) return null;
  if (forAll === 0) {
    fleet.add(oldest);
    starting += 1;
  }
  const { scaling } = settings;
  if (scaling.type === "REQUEST_COUNT") {
    const wanted = Math.ceil((queue.size + inProgress) / scaling.requestCount);
    while (fleet.workers.size < wanted && fleet.room > 0) fleet.add(oldest);
    return null;
  }
  let late = 0;
  for (const job of queue.values()) {
    if (fleet.room <= 0) return null;
    if (!scales(job)) continue;
    const leftMs = job.submittedAt + scaling.queueDelayS * 1000 - now;
    if (leftMs > 0) return leftMs;
    late += 1;
    if (late > starting) {
      fleet.add(job);
      starting += 1;
    }
  }
  return null;
}

/** Jobs whose fault is a cold start get a worker of their own, in the place of an idle one where there is no room. */
export function startFreshWorkers(fleet: Fleet, queue: ReadonlyMap<string, RunpodJob>): void {
  for (const job of queue.values()) {
    if (!needsFreshWorker(job)) continue;
    const workers = [...fleet.workers.values()];
    if (workers.some((worker) => worker.reservedFor === job)) continue;
    const idle = workers.find((worker) => worker.state === "free");
    if (fleet.room <= 0 && idle !== undefined) fleet.stop(idle);
    if (fleet.room > 0) fleet.add(job, job);
  }
}

/** Low priority waits for workers that others have started. */
function scales(job: RunpodJob): boolean {
  return !job.policy.lowPriority && !needsFreshWorker(job);
}

function firstThatScales(queue: ReadonlyMap<string, RunpodJob>): RunpodJob | null {
  for (const job of queue.values()) if (scales(job)) return job;
  return null;
}
