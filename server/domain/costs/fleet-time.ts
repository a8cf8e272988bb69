/** A worker as a look found it. `activeAtMs`: the newest look that found it starting or at work; null: none has. */
export interface FleetWorker {
  id: string;
  isIdle: boolean;
  activeAtMs: number | null;
}

export interface FleetLook {
  atMs: number;
  workers: FleetWorker[];
}

export interface FleetSettings {
  idleTimeoutMs: number;
  workersMin: number;
}

/** Longer between two looks, and nobody knows what was in between. */
export const LOOK_GAP_MAX_MS = 120_000;
/** Throttled and unhealthy ones are listed and cost nothing. */
const UNPAID = new Set(["throttled", "unhealthy"]);

/** RunPod rounds each stay of a worker up to the second: half of one on average. */
const ROUNDING_MS = 500;

/**
 * What is listed now, with what is known of before: that a worker was at work between two looks is told by the jobs
 * that ended on it (`lastJobMs`), and that it was started there by its not having been listed.
 */
export function toFleetLook(
  before: FleetLook | null,
  listed: readonly { id: string; state: string }[],
  atMs: number,
  lastJobMs: ReadonlyMap<string, number> = new Map(),
): FleetLook {
  const known = new Map(before?.workers.map((worker) => [worker.id, worker.activeAtMs]));
  const activeAt = (id: string) => {
    const seenMs = known.has(id) ? known.get(id) : before?.atMs;
    const jobMs = lastJobMs.get(id);
    return jobMs === undefined ? (seenMs ?? null) : Math.max(jobMs, seenMs ?? 0);
  };
  const workers = listed
    .filter(({ state }) => !UNPAID.has(state))
    .map(({ id, state }) => {
      const isIdle = state === "idle";
      return { id, isIdle, activeAtMs: isIdle ? activeAt(id) : atMs };
    });
  return { atMs, workers };
}

/** The same look by a clock that runs `factor` times as fast as ours: only differences of its times mean anything. */
export function byClock({ atMs, workers }: FleetLook, factor: number): FleetLook {
  return {
    atMs: atMs * factor,
    workers: workers.map((worker) => ({
      ...worker,
      activeAtMs: worker.activeAtMs === null ? null : worker.activeAtMs * factor,
    })),
  };
}

/** Nobody works or waits for its time-out, so a while may pass before the next look: nothing paid can be missed by it. */
export function isAtRest(look: FleetLook, idleTimeoutMs: number): boolean {
  return look.workers.every(
    ({ isIdle, activeAtMs }) =>
      isIdle && (activeAtMs === null || look.atMs - activeAtMs > idleTimeoutMs + LOOK_GAP_MAX_MS),
  );
}

export interface FleetTime {
  /** Worker time from the look before to this one. */
  paidMs: number;
  /** Of workers that are kept though they have no work: paid as well, and not in `paidMs`. */
  standingMs: number;
}

/**
 * Paid worker time between two looks, taking the earlier one for all of it: now too long, now too short, and right in
 * the sum. A worker is paid while it starts, works and waits for its idle time-out. Listed as idle for longer than
 * that, it sleeps and costs nothing, unless the endpoint's minimum keeps it. Null: the looks are too far apart.
 */
export function fleetTime(before: FleetLook, now: FleetLook, settings: FleetSettings): FleetTime | null {
  const gapMs = now.atMs - before.atMs;
  if (gapMs <= 0 || gapMs > LOOK_GAP_MAX_MS) return null;
  const later = new Map(now.workers.map((worker) => [worker.id, worker]));
  let [paid, asleep, ended] = [0, 0, 0];
  for (const worker of before.workers) {
    const next = later.get(worker.id);
    const silentMs = worker.activeAtMs === null ? Number.POSITIVE_INFINITY : now.atMs - worker.activeAtMs;
    // Whether it sleeps shows at the next look only: gone, it was in its time-out; still idle, it may be asleep.
    const isAsleep = worker.isIdle && next?.isIdle === true && silentMs > settings.idleTimeoutMs + gapMs;
    if (isAsleep || (worker.isIdle && worker.activeAtMs === null)) asleep += 1;
    else {
      paid += 1;
      if (next === undefined) ended += 1;
    }
  }
  const standing = Math.min(asleep, Math.max(0, settings.workersMin - paid));
  return { paidMs: paid * gapMs + ended * ROUNDING_MS, standingMs: standing * gapMs };
}
