import type { Trace } from "./trace";
import { WorkerHeap } from "./worker-heap";

export interface SimulatedSetting {
  workersMax: number;
  /** Workers that are kept up, from each time on; the first step is at 0, times rise. */
  minimum: readonly { atMs: number; workers: number }[];
  idleTimeoutMs: number;
  /** As at RunPod: add a worker when a job has waited so long, or one for so many jobs. */
  scaling: { type: "QUEUE_DELAY"; queueDelayMs: number } | { type: "REQUEST_COUNT"; requestCount: number };
  /** Execution against what was measured; 1: as it was. */
  executionFactor: number;
}

/** What came of each request, and of each day. Arrays belong to the simulation and are used again by its next run. */
export interface Simulated {
  n: number;
  latencies: Float64Array;
  /** 1: it waited for the start of the worker that served it. */
  isCold: Uint8Array;
  /** Waited for a free worker or a start; without handing over. */
  waits: Float64Array;
  /** Workers that worked when it came. */
  busyAtArrival: Int32Array;
  cold: number;
  starts: number;
  startUpMs: number;
  /** Of all workers, from start to stop, each rounded up to the second as RunPod bills. */
  paidMs: number;
  /** The same by day of the trace, not rounded. */
  paidMsByDay: Float64Array;
}

export const DAY_MS = 86_400_000;
const SECOND_MS = 1_000;
/** When a worker stayed on for want of a reason to stop; looked at again when the minimum changes. */
const NEVER = Number.POSITIVE_INFINITY;
/** A start that is over so soon is FlashBoot's revival of a worker, which nobody calls a cold start. */
const COLD_MIN_MS = 1_200;

const NONE = 0;
const STARTING = 1;
const FREE = 2;
const BUSY = 3;

/**
 * An endpoint's workers event by event, as RunPod's documentation and our sandbox have them: a job takes the free worker
 * that is up the longest; with nobody there one is started at once, with somebody by the rule of scaling; a free worker
 * stops after the idle time-out while more are up than are kept. Two simulations of one trace differ by the setting alone:
 * each request brings its own service time along, and the k-th start has one start-up time whatever the setting.
 */
export function createSimulation(trace: Trace): (setting: SimulatedSetting) => Simulated {
  const { arrivals, services, dispatches, rests, startUps, spanMs } = trace;
  const n = arrivals.length;
  const result: Simulated = {
    n,
    latencies: new Float64Array(n),
    isCold: new Uint8Array(n),
    waits: new Float64Array(n),
    busyAtArrival: new Int32Array(n),
    cold: 0,
    starts: 0,
    startUpMs: 0,
    paidMs: 0,
    paidMsByDay: new Float64Array(Math.max(1, Math.ceil(spanMs / DAY_MS))),
  };
  return (setting) => {
    run(setting);
    return result;
  };

  function run({ workersMax, minimum, idleTimeoutMs, scaling, executionFactor }: SimulatedSetting): void {
    const slots = workersMax;
    const heap = new WorkerHeap(slots);
    const state = new Uint8Array(slots);
    const startedAt = new Float64Array(slots);
    const readyAt = new Float64Array(slots);
    /** Order of starting: the worker that is up the longest is asked first. */
    const serial = new Int32Array(slots);
    const hasServed = new Uint8Array(slots);
    const freeSince = new Float64Array(slots);
    let up = 0;
    let starting = 0;
    let free = 0;
    let busy = 0;
    let nextSerial = 0;
    /** The queue is the arrivals from `head` to before `tail`. */
    let head = 0;
    let tail = 0;
    let step = 0;
    let wanted = Math.min(minimum[0]?.workers ?? 0, workersMax);
    Object.assign(result, { cold: 0, starts: 0, startUpMs: 0, paidMs: 0 });
    result.paidMsByDay.fill(0);
    const byDelay = scaling.type === "QUEUE_DELAY";
    const queueDelayMs = scaling.type === "QUEUE_DELAY" ? scaling.queueDelayMs : NEVER;
    const requestCount = scaling.type === "REQUEST_COUNT" ? scaling.requestCount : 1;
    let lookAt = NEVER;

    // Those that are kept were there before the first request.
    while (up < wanted) start(0, 0);
    for (;;) {
      const arrivalAt = tail < n ? (arrivals[tail] as number) : NEVER;
      const stepAt = minimum[step + 1]?.atMs ?? NEVER;
      const now = Math.min(arrivalAt, heap.firstTime, lookAt, stepAt);
      // What is still going on after the last request has been served is not looked at any more.
      if (now === NEVER || (now > spanMs && head === n)) break;
      if (now === heap.firstTime) workerIsDue(heap.first, now);
      else if (now === arrivalAt) {
        result.busyAtArrival[tail] = busy;
        tail += 1;
        if (free > 0) serve(oldestFree(), now, false);
        else scale(now);
      } else if (now === stepAt) {
        step += 1;
        wanted = Math.min(minimum[step]?.workers ?? 0, workersMax);
        keep(now);
      } else scale(now);
    }
    for (let slot = 0; slot < slots; slot++)
      if (state[slot] !== NONE) pay(slot, Math.max(spanMs, startedAt[slot] as number));

    function start(now: number, startUpMs: number): void {
      let slot = 0;
      while (state[slot] !== NONE) slot += 1;
      state[slot] = STARTING;
      startedAt[slot] = now;
      readyAt[slot] = now + startUpMs;
      serial[slot] = nextSerial++;
      hasServed[slot] = 0;
      up += 1;
      starting += 1;
      heap.set(slot, now + startUpMs);
    }

    function startOne(now: number): void {
      const startUpMs = startUps.length === 0 ? 0 : (startUps[result.starts % startUps.length] as number);
      result.starts += 1;
      result.startUpMs += startUpMs;
      start(now, startUpMs);
    }

    function workerIsDue(slot: number, now: number): void {
      if (state[slot] === FREE) {
        if (up > wanted) stop(slot, now);
        else heap.set(slot, NEVER);
        return;
      }
      const isFresh = state[slot] === STARTING;
      if (isFresh) starting -= 1;
      else busy -= 1;
      state[slot] = FREE;
      free += 1;
      freeSince[slot] = now;
      if (head < tail) serve(slot, now, isFresh);
      else heap.set(slot, now + idleTimeoutMs);
    }

    /** Handing over to a worker that just came up is in its start-up: that was measured to the beginning of its job. */
    function serve(slot: number, now: number, isFresh: boolean): void {
      const job = head++;
      const arrivedAt = arrivals[job] as number; // jobs are below n
      const waitMs = now - arrivedAt;
      const isCold =
        hasServed[slot] === 0 &&
        (readyAt[slot] as number) - Math.max(arrivedAt, startedAt[slot] as number) >= COLD_MIN_MS;
      const dispatchMs = dispatches[job] as number;
      const executionMs = ((services[job] as number) - dispatchMs) * executionFactor;
      const serviceMs = isFresh ? executionMs : dispatchMs + executionMs;
      result.waits[job] = waitMs;
      result.isCold[job] = isCold ? 1 : 0;
      if (isCold) result.cold += 1;
      result.latencies[job] = waitMs + serviceMs + (rests[job] as number);
      hasServed[slot] = 1;
      state[slot] = BUSY;
      free -= 1;
      busy += 1;
      heap.set(slot, now + serviceMs);
      if (head === tail) lookAt = NEVER;
    }

    function oldestFree(): number {
      let found = -1;
      for (let slot = 0; slot < slots; slot++)
        if (state[slot] === FREE && (found < 0 || (serial[slot] as number) < (serial[found] as number))) found = slot;
      return found;
    }

    function scale(now: number): void {
      lookAt = NEVER;
      if (head === tail || up >= workersMax) return;
      if (up === 0) startOne(now);
      if (!byDelay) {
        const enough = Math.min(workersMax, Math.ceil((tail - head + busy) / requestCount));
        while (up < enough) startOne(now);
        return;
      }
      let late = 0;
      for (let job = head; job < tail && up < workersMax; job++) {
        const lateAt = (arrivals[job] as number) + queueDelayMs;
        if (lateAt > now) {
          lookAt = lateAt;
          return;
        }
        late += 1;
        if (late > starting) startOne(now);
      }
    }

    function keep(now: number): void {
      while (up < wanted) startOne(now);
      if (up <= wanted) return;
      for (let slot = 0; slot < slots; slot++)
        if (state[slot] === FREE) heap.set(slot, Math.max(now, (freeSince[slot] as number) + idleTimeoutMs));
    }

    function stop(slot: number, now: number): void {
      pay(slot, now);
      state[slot] = NONE;
      up -= 1;
      free -= 1;
      heap.remove(slot);
    }

    function pay(slot: number, stoppedAt: number): void {
      const from = startedAt[slot] as number;
      result.paidMs += Math.ceil((stoppedAt - from) / SECOND_MS - 1e-9) * SECOND_MS;
      const days = result.paidMsByDay;
      for (let at = from; at < stoppedAt; ) {
        // What runs beyond the last day belongs to it: it was asked for there.
        const day = Math.min(days.length - 1, Math.floor(at / DAY_MS));
        const end = day === days.length - 1 ? stoppedAt : Math.min(stoppedAt, (day + 1) * DAY_MS);
        days[day] = (days[day] as number) + end - at;
        at = end;
      }
    }
  }
}
