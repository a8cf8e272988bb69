import { BLANK, noData, type TimeSpan, type Verdict } from "./verdict";
import { countWords, spanWords } from "./words";

/** Something that is true, false, or not known (null). */
export function judgeFact(isTrue: boolean | null, words: string): Verdict {
  if (isTrue === null) return noData("fact", words, null, null);
  return { ...BLANK, kind: isTrue ? "proved_good" : "proved_bad", unit: "fact", value: isTrue ? 1 : 0, n: 1, words };
}

/** Were there at least so many? */
export function judgeCount(n: number, needed: number, subject: string, window: TimeSpan | null): Verdict {
  if (n === 0)
    return { ...noData("count", `no ${subject} yet, ${countWords(needed)} are needed`, window, needed), more: needed };
  const more = Math.max(0, needed - n);
  const missing = more > 0 ? `: ${countWords(more)} more are needed` : "";
  return {
    ...BLANK,
    kind: more === 0 ? "proved_good" : "not_proved_yet",
    unit: "count",
    value: n,
    n,
    threshold: needed,
    good: "above",
    more: more > 0 ? more : null,
    window,
    words: `${countWords(n)} ${subject}${missing}`,
  };
}

/** Has it lasted long enough? `sinceMs` null: it has not begun. */
export function judgeHeld(sinceMs: number | null, neededMs: number, nowMs: number, what: string): Verdict {
  if (sinceMs === null) return noData("ms", `not ${what} yet`, null, neededMs);
  const heldMs = Math.max(0, nowMs - sinceMs);
  const missing = heldMs < neededMs ? `: ${spanWords(neededMs - heldMs)} to go` : "";
  return {
    ...BLANK,
    kind: heldMs >= neededMs ? "proved_good" : "not_proved_yet",
    unit: "ms",
    value: heldMs,
    n: 1,
    threshold: neededMs,
    good: "above",
    window: { fromMs: sinceMs, toMs: nowMs },
    words: `${what} for ${spanWords(heldMs)}${missing}`,
  };
}
