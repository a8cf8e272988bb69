import type { FieldRule } from "./generation-request";

/** Anything longer is a picture in base64, which its own reader checks, or too long for every field. */
const CHECKED_CHARS = 100_000;
/** With the `u` flag only the half of a pair that stands alone. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Why a text cannot be kept: PostgreSQL takes no NUL, and half a surrogate pair is no UTF-8. Null where it can. */
export function textProblem(text: string): string | null {
  if (text.length > CHECKED_CHARS) return null;
  return text.includes("\0") || LONE_SURROGATE.test(text) ? "must be valid Unicode without NUL" : null;
}

/** The same of every text in a JSON value, by the path of its field; `body` is the value itself. */
export function textProblems(value: unknown, path = ""): FieldRule[] {
  if (typeof value === "string") {
    const rule = textProblem(value);
    return rule === null ? [] : [{ field: path || "body", rule }];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, entry]) => {
    const field = path === "" ? name : `${path}.${name}`;
    const rule = textProblem(name);
    return rule === null
      ? textProblems(entry, field)
      : [{ field: path || "body", rule: `has a field whose name ${rule}` }];
  });
}
