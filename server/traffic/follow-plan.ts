import { setTimeout as sleep } from "node:timers/promises";
import { errorMessage } from "@/server/error-message";
import { AppError } from "@/server/errors";
import { arrivals, orderOf, type TrafficOrder, type TrafficPlan } from "./plan";

/** More than this wait for their acceptance at a time only where the gateway is far behind; then we fall behind with it. */
const OPEN_MAX = 64;
/** In a row: nobody answers any more. */
const UNANSWERED_MAX = 20;

export interface TrafficCount {
  sent: number;
  refused: number;
  /** Why the last one was. */
  lastRefusal: string | null;
}

export interface FollowOptions {
  signal: AbortSignal;
  onCount?(count: TrafficCount): void;
  nowMs?: () => number;
  waitMs?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/**
 * Sends what the plan says when it says so, until its end or `signal`. A refused request is counted and passed over;
 * what will not change for the next one (no rights, nobody answers) ends the run and is thrown.
 */
export async function followPlan(
  plan: TrafficPlan,
  send: (order: TrafficOrder, index: number) => Promise<unknown>,
  { signal, onCount, nowMs = () => performance.now(), waitMs = pause }: FollowOptions,
): Promise<TrafficCount> {
  const count: TrafficCount = { sent: 0, refused: 0, lastRefusal: null };
  const open = new Set<Promise<void>>();
  const startedAtMs = nowMs();
  let unanswered = 0;
  let fatal: unknown = null;
  const sendOne = async (index: number) => {
    try {
      await send(orderOf(plan, index), index);
      count.sent += 1;
      unanswered = 0;
    } catch (error) {
      count.refused += 1;
      count.lastRefusal = errorMessage(error);
      if (isFinal(error)) fatal ??= error;
      else if (AppError.is(error) && error.code === "UNAVAILABLE") {
        unanswered += 1;
        if (unanswered >= UNANSWERED_MAX) fatal ??= error;
      } else unanswered = 0;
    }
    onCount?.(count);
  };
  for (const { index, atMs } of arrivals(plan)) {
    const leftMs = startedAtMs + atMs - nowMs();
    if (leftMs > 0) await waitMs(leftMs, signal);
    while (open.size >= OPEN_MAX && !signal.aborted) await Promise.race(open);
    if (signal.aborted || fatal !== null) break;
    const one = sendOne(index).finally(() => open.delete(one));
    open.add(one);
  }
  const restMs = startedAtMs + plan.durationMs - nowMs();
  if (restMs > 0 && fatal === null && !signal.aborted) await waitMs(restMs, signal);
  await Promise.all(open);
  if (fatal !== null) throw fatal;
  return count;
}

function isFinal(error: unknown): boolean {
  return AppError.is(error) && ["UNAUTHORIZED", "FORBIDDEN", "NOT_CONFIGURED", "NOT_FOUND"].includes(error.code);
}

const pause = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }).catch(() => undefined);
