/**
 * The database answered and refused this statement's data (SQLSTATE classes 22 and 23, our triggers' 40001): the rows
 * are at fault, not the connection.
 */
export function isRefusedByDatabase(error: unknown): boolean {
  const code = sqlState(error);
  return code !== null && (code.startsWith("22") || code.startsWith("23") || code === "40001");
}

/**
 * No answer to the statement itself: the connection broke, the server stops or starts, or it ran out of time, memory
 * or locks. The same statement may well succeed a moment later.
 */
export function isPassing(error: unknown): boolean {
  const code = sqlState(error);
  return code === null || /^(08|53|57)/.test(code) || code === "40P01" || code === "55P03" || code === "25P03";
}

// Node's own codes look alike (EPIPE); SQLSTATE classes begin with a digit or are these four.
const SQL_STATE = /^(\d[0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/;

/** The SQLSTATE of an error or of what caused it; null when the database said nothing. */
export function sqlState(error: unknown): string | null {
  let current: unknown = error;
  for (let depth = 0; depth < 4 && typeof current === "object" && current !== null; depth++) {
    if ("code" in current && typeof current.code === "string" && SQL_STATE.test(current.code)) return current.code;
    current = "cause" in current ? current.cause : null;
  }
  return null;
}
