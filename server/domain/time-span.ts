/** The end of the year 9999: what is later has no date of four digits and no place in an id. */
export const INSTANT_MAX_MS = 253_402_300_799_999;
/** Leap years and all: wider than any question that makes sense, narrow enough to be answered. */
export const SPAN_MAX_MS = 5 * 366 * 86_400_000;

/** What is wrong with [from, to), by the names that its ends have where it was given; none where an end is left open. */
export function spanProblems(
  { fromMs, toMs }: { fromMs?: number | undefined; toMs?: number | undefined },
  { from, to }: { from: string; to: string },
): { field: string; rule: string }[] {
  if (fromMs === undefined || toMs === undefined) return [];
  const both = (before: string, after: string) => [
    { field: from, rule: `must be ${before} ${to}` },
    { field: to, rule: `must be ${after} ${from}` },
  ];
  if (fromMs >= toMs) return both("before", "after");
  return toMs - fromMs > SPAN_MAX_MS ? both("at most 5 years before", "at most 5 years after") : [];
}
