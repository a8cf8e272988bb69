import { FAILURE_MODE_INFO, type FailureMode } from "@/server/domain/failure-modes";
import type { Secret } from "@/server/domain/secret";
import { PROVIDER_NAMES, type ProviderId } from "@/server/domain/vocabulary";
import { ProviderError } from "@/server/errors";
import { HttpFailure } from "./http";

export const RAW_MAX_BYTES = 4096;
const RETRY_AFTER_MAX_MS = 60_000;

/** A reading of a provider's failure; `retryable` defaults to what the mode allows. */
export interface Reading {
  mode: FailureMode;
  message: string;
  retryable?: boolean;
}

/** The provider's words without our credentials, cut to 4 KB. Cutting comes last, or half a key could survive. */
export function scrub(text: string, secrets: readonly Secret[]): string {
  let clean = text;
  for (const secret of secrets) {
    const value = secret.reveal();
    if (value.length > 0) clean = clean.replaceAll(value, "[secret]");
  }
  if (Buffer.byteLength(clean) <= RAW_MAX_BYTES) return clean;
  // A cut inside a character decodes to U+FFFD, which is dropped.
  return Buffer.from(clean).subarray(0, RAW_MAX_BYTES).toString("utf8").replace(/�+$/, "");
}

/** `Retry-After` in seconds or as a date, capped at a minute; null when absent or unreadable. */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  const waitMs = header.trim() !== "" && Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(waitMs) ? Math.min(Math.max(0, Math.round(waitMs)), RETRY_AFTER_MAX_MS) : null;
}

/** A job's or an answer's failure in our words. */
export function providerError(
  provider: ProviderId,
  reading: Reading,
  details: {
    maybeSent?: boolean;
    httpStatus?: number | null;
    retryAfterMs?: number | null;
    raw?: string | null;
    cause?: unknown;
  } = {},
): ProviderError {
  return new ProviderError(
    reading.message,
    {
      provider,
      mode: reading.mode,
      retryable: reading.retryable ?? FAILURE_MODE_INFO[reading.mode].mayRetry,
      maybeSent: details.maybeSent ?? true,
      httpStatus: details.httpStatus ?? null,
      retryAfterMs: details.retryAfterMs ?? null,
      raw: details.raw ?? null,
    },
    details.cause === undefined ? undefined : { cause: details.cause },
  );
}

/** A call that brought no whole answer. */
export function networkError(provider: ProviderId, failure: HttpFailure): ProviderError {
  const name = PROVIDER_NAMES[provider];
  const timedOut = failure.kind === "timeout" || failure.kind === "aborted";
  return providerError(
    provider,
    { mode: timedOut ? "timeout" : "provider_unavailable", message: `${name}: ${failure.message}` },
    { maybeSent: failure.maybeSent, cause: failure },
  );
}

/** Whatever was thrown, as a ProviderError: the promise of the provider interface. */
export function asProviderError(provider: ProviderId, error: unknown): ProviderError {
  if (ProviderError.is(error)) return error;
  if (error instanceof HttpFailure) return networkError(provider, error);
  const message = error instanceof Error ? error.message : String(error);
  return providerError(
    provider,
    { mode: "unknown", message: `${PROVIDER_NAMES[provider]}: ${message}` },
    { cause: error },
  );
}

/** A provider's method that keeps the promise to throw nothing but ProviderError. */
export function throwing<A extends unknown[], R>(
  provider: ProviderId,
  method: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  return (...args) =>
    method(...args).catch((error: unknown) => {
      throw asProviderError(provider, error);
    });
}

/**
 * What an HTTP status says before anybody reads the body. A status that names no
 * failure we know is `unknown` and not worth a second try.
 */
export function statusReading(status: number): Pick<Reading, "mode" | "retryable"> {
  if (status === 401 || status === 402 || status === 403) return { mode: "auth_failed" };
  if (status === 429) return { mode: "rate_limited" };
  if (status === 408) return { mode: "timeout" };
  if (status >= 500) return { mode: "provider_unavailable" };
  if (status === 400 || status === 413 || status === 415 || status === 422) return { mode: "invalid_request" };
  return { mode: "unknown", retryable: false };
}

/**
 * May a request that was answered so have been taken all the same? A refusal (4xx, a redirect, 503) is a no; any
 * other server error may come from an edge that had passed it on.
 */
export function maybeTaken(status: number): boolean {
  return status < 300 || (status >= 500 && status !== 503);
}
