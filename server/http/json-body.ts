import { textProblems } from "@/server/domain/text-problems";
import { AppError } from "@/server/errors";
import { findJsonFault } from "./json-fault";

const DEPTH_MAX = 16;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The JSON that a body holds. Nesting is measured on the bytes before anything is built from them. Throws BAD_REQUEST
 * naming line and column of what is wrong, or the fields whose text cannot be kept.
 */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) throw invalid("must not be empty: send a JSON object");
  if (isTooDeep(body)) throw invalid(`must not nest deeper than ${DEPTH_MAX} levels`);
  const text = decode(body);
  const value = read(text);
  const problems = textProblems(value);
  if (problems.length === 0) return value;
  const all = problems.map(({ field, rule }) => `${field} ${rule}`).join("; ");
  throw new AppError("BAD_REQUEST", all, { problems });
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const { line, column, what } = findJsonFault(text);
    throw invalid(`must be JSON: ${what} at line ${line}, column ${column}`);
  }
}

function decode(body: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw invalid("must be UTF-8");
  }
}

function invalid(rule: string): AppError {
  return new AppError("BAD_REQUEST", `the body ${rule}`, { problems: [{ field: "body", rule }] });
}

function isTooDeep(body: Buffer): boolean {
  let depth = 0;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === QUOTE) {
      at = endOfString(body, at);
      if (at < 0) return false;
    } else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > DEPTH_MAX) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
  return false;
}

/** Place of the closing quote, found by native search: pictures come as megabytes of text. Negative: there is none. */
function endOfString(body: Buffer, open: number): number {
  for (let at = body.indexOf(QUOTE, open + 1); at >= 0; at = body.indexOf(QUOTE, at + 1)) {
    let before = at - 1;
    while (body[before] === BACKSLASH) before -= 1;
    if ((at - 1 - before) % 2 === 0) return at;
  }
  return -1;
}
