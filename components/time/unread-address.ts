import { spanProblems } from "@/server/domain/time-span";
import { timeParsers } from "./time-view";

interface Parser {
  parse(text: string): unknown;
}

const SHOWN_MAX = 60;

export interface Unread {
  key: string;
  /** What of the key is shown all the same; null: its default. */
  kept: readonly unknown[] | null;
  /** As it stands in the address, with the rule that it broke where it could be read. */
  text: string;
}

/**
 * What an address asks for and no view can show, as it stands there: words that a key does not know, and a time whose
 * ends are in the wrong order, too far apart or not both given. The view falls back to the key's default; this says so.
 */
export function unreadInAddress(
  query: Pick<URLSearchParams, "get">,
  parsers: Readonly<Record<string, Parser>>,
): Unread[] {
  const unread: Unread[] = [];
  const put = (key: string, words = query.get(key) ?? "", kept: Unread["kept"] = null, rule = "") =>
    unread.push({
      key,
      kept,
      text: `${key}=${words.length > SHOWN_MAX ? `${words.slice(0, SHOWN_MAX)}…` : words}${rule}`,
    });
  for (const [key, parser] of Object.entries(parsers)) {
    const given = query.get(key);
    if (given === null || given === "") continue;
    const read = parser.parse(given);
    if (read === null) put(key);
    // A list keeps the words that it knows; the others are named.
    else if (Array.isArray(read)) {
      const known = new Set(read.map(String));
      const others = given.split(",").filter((word) => word !== "" && !known.has(word));
      if (others.length > 0) put(key, others.join(","), read.length > 0 ? read : null);
    }
  }
  const [from, to] = [query.get("from"), query.get("to")].map((text) => (text ? timeParsers.from.parse(text) : null));
  const isHalf = (from === null) !== (to === null);
  if (from != null && to != null) {
    const problems = spanProblems({ fromMs: from, toMs: to }, { from: "from", to: "to" });
    for (const { field, rule } of problems) put(field, undefined, null, ` (${rule})`);
  } else if (isHalf && !unread.some(({ key }) => key === "from" || key === "to")) put(from === null ? "to" : "from");
  return unread;
}
