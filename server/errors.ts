import type { FailureMode } from "@/server/domain/failure-modes";
import type { ProviderId } from "@/server/domain/vocabulary";

export const ERROR_CODES = [
  "BAD_REQUEST",
  "UNAUTHORIZED",
  "FORBIDDEN",
  "NOT_FOUND",
  "CONFLICT",
  "PAYLOAD_TOO_LARGE",
  "UNSUPPORTED_MEDIA_TYPE",
  "UNPROCESSABLE",
  "TOO_MANY_REQUESTS",
  "NOT_CONFIGURED",
  "OVERLOADED",
  "UNAVAILABLE",
  "INTERNAL",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** One rule that an input broke: `field` is a path such as `prompt` or `image.url`. */
export interface FieldProblem {
  field: string;
  rule: string;
}

interface AppErrorOptions {
  cause?: unknown;
  problems?: FieldProblem[];
  /** Seconds after which trying again makes sense; becomes `Retry-After`. */
  retryAfterS?: number;
}

const BRAND = Symbol.for("switchyard.error");

/**
 * The error callers branch on. Next evaluates a module once per server entry, so two copies of this class can meet
 * in one process and `instanceof` misses; `AppError.is` follows the registered symbol.
 */
export class AppError extends Error {
  readonly [BRAND] = true;
  override readonly name: string = "AppError"; // a literal: class names are minified
  readonly problems: FieldProblem[];
  readonly retryAfterS: number | null;
  constructor(
    readonly code: ErrorCode,
    message: string,
    options: AppErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.problems = options.problems ?? [];
    this.retryAfterS = options.retryAfterS ?? null;
  }
  static is(value: unknown): value is AppError {
    return typeof value === "object" && value !== null && BRAND in value;
  }
}

const PROVIDER_BRAND = Symbol.for("switchyard.provider-error");

export interface ProviderErrorFields {
  provider: ProviderId;
  mode: FailureMode;
  /** May the same request go to the same provider again? Decided once, where the answer was read. */
  retryable: boolean;
  /** False only when the provider provably did not take the request: refused connection, DNS, TLS, 4xx, 429. */
  maybeSent: boolean;
  httpStatus: number | null;
  retryAfterMs: number | null;
  /** The provider's own words, cut to 4 KB and free of secrets; shown folded to people. */
  raw: string | null;
}

/** A provider's failure in our words. `message` is fit for people and holds no secret. */
export class ProviderError extends Error {
  readonly [PROVIDER_BRAND] = true;
  override readonly name: string = "ProviderError";
  readonly provider: ProviderId;
  readonly mode: FailureMode;
  readonly retryable: boolean;
  readonly maybeSent: boolean;
  readonly httpStatus: number | null;
  readonly retryAfterMs: number | null;
  readonly raw: string | null;
  constructor(message: string, fields: ProviderErrorFields, options?: { cause?: unknown }) {
    super(message, options);
    this.provider = fields.provider;
    this.mode = fields.mode;
    this.retryable = fields.retryable;
    this.maybeSent = fields.maybeSent;
    this.httpStatus = fields.httpStatus;
    this.retryAfterMs = fields.retryAfterMs;
    this.raw = fields.raw;
  }
  static is(value: unknown): value is ProviderError {
    return typeof value === "object" && value !== null && PROVIDER_BRAND in value;
  }
}
