/**
 * An error's message as it may be told and logged. drizzle's repeats the statement with its parameters (`DrizzleQueryError`
 * of drizzle-orm 0.45), and any of those may be a secret or somebody's picture: what the database said stands for it.
 */
export function errorMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!("query" in error && "params" in error)) return error.message;
  return error.cause === undefined ? "a statement failed" : `the database refuses: ${errorMessage(error.cause)}`;
}
