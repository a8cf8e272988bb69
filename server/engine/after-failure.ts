import { FAILURE_MODE_INFO, type FailureMode } from "@/server/domain/failure-modes";
import { CANDIDATE, CONTROL, type ProviderId } from "@/server/domain/vocabulary";

export interface FailedTry {
  provider: ProviderId;
  mode: FailureMode;
  /** As the provider's answer was read. */
  retryable: boolean;
  /** The provider took the job, or may have: it counts as paid. */
  sent: boolean;
  retryAfterMs: number | null;
}

export interface AfterFailureInput {
  failed: FailedTry;
  /** Earlier tries of the same generation, oldest first. */
  earlier: { provider: ProviderId; sent: boolean }[];
  remainingMs: number;
  maxAttempts: number;
  fallbackAllowed: boolean;
  forced: boolean;
  /** Null when the control can serve this operation; else why not. */
  controlUnavailable: string | null;
  /** Asks the retry budget; called only when a retry is otherwise due. */
  spendRetry: () => boolean;
  /** 0 to 1, for jitter. */
  random: number;
}

export type NextStep =
  | { kind: "give_up"; because: string }
  | { kind: "again"; reason: "retry" | "fallback"; inMs: number };

/** Less than this and a new attempt could not end in time: a job needs its own seconds. */
const LEAST_TIME_MS: Record<ProviderId, number> = { scenario: 4_000, comfyui: 4_000 };
const MAX_RETRY_AFTER_MS = 60_000;
/**
 * Short, since the lane limits what is sent in all: of those that each get refused six times in ten, one in ten
 * thousand is left after twenty tries, which must fit into a minute.
 */
const UNSENT_BACKOFF_MAX_MS = 3_000;

/**
 * What follows a failed attempt: the same provider again, the control, or the end. One paid retry on the same
 * provider, then the fallback; an attempt that was provably not sent costs nothing and may be repeated for as long as
 * half of the remaining time lasts. The request's own faults are never repeated and never moved.
 */
export function afterFailure(input: AfterFailureInput): NextStep {
  const { failed, earlier, remainingMs } = input;
  const info = FAILURE_MODE_INFO[failed.mode];
  const paid = earlier.filter((entry) => entry.sent).length + (failed.sent ? 1 : 0);
  const paidHere =
    earlier.filter((entry) => entry.sent && entry.provider === failed.provider).length + (failed.sent ? 1 : 0);
  const unsentHere = earlier.filter((entry) => !entry.sent && entry.provider === failed.provider).length;
  const mayPay = paid < input.maxAttempts;

  const canFallBack =
    input.fallbackAllowed &&
    !input.forced &&
    info.mayFallBack &&
    failed.provider === CANDIDATE &&
    input.controlUnavailable === null &&
    !earlier.some((entry) => entry.provider === CONTROL) &&
    mayPay &&
    remainingMs > LEAST_TIME_MS[CONTROL];

  if (failed.retryable && info.mayRetry && mayPay) {
    const backoffMs = failed.sent
      ? 500 + input.random * 500
      : Math.min(UNSENT_BACKOFF_MAX_MS, 250 * 2 ** Math.min(unsentHere, 5)) * (0.5 + input.random / 2);
    const inMs = Math.max(backoffMs, Math.min(failed.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS));
    const timeLeft = remainingMs - inMs - LEAST_TIME_MS[failed.provider];
    // With somebody to fall back to, waiting out the provider's trouble must not eat the fallback's time.
    const patient = canFallBack ? inMs < remainingMs / 2 && unsentHere < 3 : true;
    const worthIt = failed.sent ? paidHere <= 1 : patient;
    if (timeLeft > 0 && worthIt && (!failed.sent || input.spendRetry()))
      return { kind: "again", reason: "retry", inMs };
  }
  if (canFallBack) return { kind: "again", reason: "fallback", inMs: 0 };
  return { kind: "give_up", because: whyOver(input, mayPay) };
}

function whyOver(input: AfterFailureInput, mayPay: boolean): string {
  const info = FAILURE_MODE_INFO[input.failed.mode];
  if (!info.mayRetry && !info.mayFallBack) return "this failure is never tried again";
  if (!mayPay) return `${input.maxAttempts} attempts were made`;
  if (input.remainingMs <= LEAST_TIME_MS[input.failed.provider]) return "no time was left before the deadline";
  if (input.forced) return "the request named this provider";
  if (!input.fallbackAllowed) return "fallback is not allowed for it";
  if (input.controlUnavailable !== null) return `the control cannot serve it: ${input.controlUnavailable}`;
  return "nothing was left to try";
}
