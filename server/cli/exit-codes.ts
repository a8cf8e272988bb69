import { AppError, type ErrorCode } from "@/server/errors";

/** What the command's end says to a script. A process that is left by a second Ctrl-C ends with 130. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  check: 3,
  unreachable: 4,
} as const;

const CODES: Record<ErrorCode, number> = {
  BAD_REQUEST: EXIT.usage,
  UNAUTHORIZED: EXIT.unreachable,
  FORBIDDEN: EXIT.unreachable,
  NOT_FOUND: EXIT.failed,
  CONFLICT: EXIT.failed,
  PAYLOAD_TOO_LARGE: EXIT.usage,
  UNSUPPORTED_MEDIA_TYPE: EXIT.usage,
  UNPROCESSABLE: EXIT.usage,
  TOO_MANY_REQUESTS: EXIT.failed,
  NOT_CONFIGURED: EXIT.unreachable,
  OVERLOADED: EXIT.failed,
  UNAVAILABLE: EXIT.unreachable,
  INTERNAL: EXIT.failed,
};

export function exitCodeOf(error: unknown): number {
  return AppError.is(error) ? CODES[error.code] : EXIT.failed;
}

/** Something typed that cannot be: `option` as it is typed, such as `--size` or `prompt`. */
export function usageError(option: string, rule: string): AppError {
  return new AppError("BAD_REQUEST", `${option} ${rule}`, { problems: [{ field: option, rule }] });
}
