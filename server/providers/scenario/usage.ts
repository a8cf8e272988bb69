import type { UsageDay } from "../types";
import type { ScenarioUsages } from "./schemas";

const DAY_MS = 86_400_000;
/** The longest range that Scenario answers, less the day that is asked for beyond the end. */
const SPAN_DAYS_MAX = 119;

export interface UsageSpan {
  fromMs: number;
  toMs: number;
}

export const dateOf = (atMs: number) => new Date(atMs).toISOString().slice(0, 10);
const dayOf = (atMs: number) => Math.floor(atMs / DAY_MS) * DAY_MS;

/** Whole UTC days, in spans that one call may ask for. */
export function usageSpans(fromMs: number, toMs: number): UsageSpan[] {
  const spans: UsageSpan[] = [];
  const endMs = Math.ceil(toMs / DAY_MS) * DAY_MS;
  for (let startMs = dayOf(fromMs); startMs < endMs; startMs += SPAN_DAYS_MAX * DAY_MS)
    spans.push({ fromMs: startMs, toMs: Math.min(endMs, startMs + SPAN_DAYS_MAX * DAY_MS) });
  return spans;
}

const IS_UNITS = /creative|(^|[^a-z])cu([^a-z]|$)/i;
const FINE_ENOUGH = new Set(["minute", "hour", "day", "hourly", "daily"]);

/**
 * Creative units by UTC day. The series that is named for them, where its steps are days or finer; else the single
 * actions. The names are not in Scenario's specification, and the list of actions may be cut short, so neither alone
 * is relied on. A day of the span that a series leaves out had no use; without any of both nothing is told.
 */
export function toUsageDays({ usages, activity }: ScenarioUsages, { fromMs, toMs }: UsageSpan): UsageDay[] {
  const series = (usages ?? []).find(
    ({ usageName, granularity, points }) =>
      points != null && IS_UNITS.test(usageName ?? "") && FINE_ENOUGH.has((granularity ?? "day").toLowerCase()),
  );
  const used = series
    ? (series.points ?? []).map(({ time, value }) => ({ time, units: value }))
    : (activity ?? []).map(({ time, creativeUnitsCost }) => ({ time, units: creativeUnitsCost }));
  if (series === undefined && used.length === 0) return [];
  const days = new Map<number, number>();
  for (let dayMs = fromMs; dayMs < toMs; dayMs += DAY_MS) days.set(dayMs, 0);
  for (const { time, units } of used) {
    const dayMs = dayOf(Date.parse(time ?? ""));
    const before = days.get(dayMs);
    // Thousandths, as billed units have them: sums of fractions must not drift.
    if (before !== undefined) days.set(dayMs, Math.round((before + (units ?? 0)) * 1_000) / 1_000);
  }
  return [...days].map(([dayMs, units]) => ({ dayMs, units }));
}
