import { AppError } from "@/server/errors";

/** SQLSTATE classes and codes that say "not now": connection lost, server going down, too busy, gave up in time. */
const NOT_NOW = /^(08...|57P0.|53...|57014|55P03|40001|40P01)$/;
const SYSTEM = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ETIMEDOUT",
  "EPIPE",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENOENT",
]);
/** pg's own, which carry no code. */
const MESSAGES =
  /timeout exceeded when trying to connect|query read timeout|connection terminated|client has encountered a connection error|cannot use a pool after calling end/i;

/**
 * The database's "not now" as the error that callers may act on (503, try again); null for anything else, also for a
 * refusal of what we sent, which trying again would not heal.
 */
export function databaseUnavailable(error: unknown): AppError | null {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    const { code } = cause as { code?: unknown };
    const known = typeof code === "string" && (NOT_NOW.test(code) || SYSTEM.has(code));
    if (known || MESSAGES.test(cause.message))
      return new AppError("UNAVAILABLE", "the database does not answer in time: try again in a moment", {
        cause: error,
        retryAfterS: 2,
      });
  }
  return null;
}
