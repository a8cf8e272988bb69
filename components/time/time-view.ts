import { createParser, parseAsBoolean, parseAsStringLiteral } from "nuqs/server";
import { type BucketPlan, isBucketProblem, planBuckets, WINDOW_MAX_MS } from "@/server/domain/metrics/buckets";
import type { Series } from "@/server/domain/metrics/measures";
import { countedByDefault, type Population } from "@/server/domain/metrics/populations";
import { spanProblems } from "@/server/domain/time-span";

export const RANGES = ["15m", "1h", "6h", "24h", "48h", "7d", "30d"] as const;
export type Range = (typeof RANGES)[number];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export const RANGE_MS: Record<Range, number> = {
  "15m": 15 * MINUTE_MS,
  "1h": HOUR_MS,
  "6h": 6 * HOUR_MS,
  "24h": DAY_MS,
  "48h": 2 * DAY_MS,
  "7d": 7 * DAY_MS,
  "30d": 30 * DAY_MS,
};

export const RANGE_WORDS: Record<Range, string> = {
  "15m": "Last 15 min",
  "1h": "Last hour",
  "6h": "Last 6 h",
  "24h": "Last 24 h",
  "48h": "Last 48 h",
  "7d": "Last 7 days",
  "30d": "Last 30 days",
};

export const REFRESHES = ["off", "10s", "30s", "60s"] as const;
export type Refresh = (typeof REFRESHES)[number];
/** Null: only when asked. */
export const REFRESH_MS: Record<Refresh, number | null> = { off: null, "10s": 10_000, "30s": 30_000, "60s": 60_000 };

export const ZONES = ["local", "utc"] as const;
export type Zone = (typeof ZONES)[number];

/** ISO 8601, or `now-6h`, which is worked out when it is typed; in the address it always stands as an instant. */
export function parseInstant(text: string, nowMs: number): number | null {
  const relative = /^\s*now\s*(?:-\s*(\d{1,6})\s*(m|min|h|d))?\s*$/i.exec(text);
  if (relative) {
    const unitMs =
      { m: MINUTE_MS, min: MINUTE_MS, h: HOUR_MS, d: DAY_MS }[relative[2]?.toLowerCase() ?? "m"] ?? MINUTE_MS;
    return nowMs - Number(relative[1] ?? 0) * unitMs;
  }
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) || atMs < 0 ? null : atMs;
}

const parseAsInstant = createParser<number>({
  parse: (text) => parseInstant(text, Date.now()),
  serialize: (atMs) => new Date(atMs).toISOString(),
});

/** The view of time as it stands in every page's address; defaults are left out, broken values fall back to them. */
export const timeParsers = {
  range: parseAsStringLiteral(RANGES).withDefault("48h"),
  from: parseAsInstant,
  to: parseAsInstant,
  cmp: parseAsStringLiteral(["prev", "none"] as const).withDefault("prev"),
  refresh: parseAsStringLiteral(REFRESHES).withDefault("10s"),
  tz: parseAsStringLiteral(ZONES).withDefault("local"),
  /** Null: as the environment has it. */
  trials: parseAsBoolean,
  /** Also the testing checklist's runs, some of which fail on purpose. */
  checklist: parseAsBoolean.withDefault(false),
  /** Also what was reported or imported. */
  history: parseAsBoolean.withDefault(false),
};

export interface TimeView {
  range: Range;
  from: number | null;
  to: number | null;
  cmp: "prev" | "none";
  refresh: Refresh;
  tz: Zone;
  trials: boolean | null;
  checklist: boolean;
  history: boolean;
}

/** Both ends are given, in order and not absurd: then the view stands still. */
export function fixedWindow({ from, to }: Pick<TimeView, "from" | "to">): { fromMs: number; toMs: number } | null {
  if (from === null || to === null) return null;
  const window = { fromMs: from, toMs: to };
  return spanProblems(window, { from: "from", to: "to" }).length === 0 ? window : null;
}

/** Trials count in the sandbox, where there is little else, and nowhere else unless asked. */
export function includesTrials(environment: string, trials: boolean | null): boolean {
  return trials ?? countedByDefault(environment).includes("trials");
}

export function populationsOf(
  environment: string,
  view: Pick<TimeView, "trials" | "checklist" | "history">,
): Population[] {
  return [
    "callers",
    ...(includesTrials(environment, view.trials) ? (["trials"] as const) : []),
    ...(view.checklist ? (["checklist"] as const) : []),
    ...(view.history ? (["reports", "imports"] as const) : []),
  ];
}

/**
 * The window in whole buckets. Asked for in this form, the same question is asked until the next bucket begins, by the
 * page's prefetch and by every panel.
 */
export function planOf(view: Pick<TimeView, "range" | "from" | "to">, nowMs: number): BucketPlan {
  const window = fixedWindow(view) ?? { fromMs: nowMs - RANGE_MS[view.range], toMs: nowMs + 1 };
  const plan = planBuckets(window, nowMs);
  if (!isBucketProblem(plan)) return plan;
  throw new Error(`a window that was checked before: ${plan.rule}`);
}

/** The distributions that are drawn; the others would only make an answer slower. */
const DRAWN = ["latencyWarm", "latencyCold", "latencyOther"] as const satisfies readonly Series[];

export function metricsInput(environment: string, view: TimeView, nowMs: number) {
  const { fromMs, toMs } = planOf(view, nowMs);
  return { environment, fromMs, toMs, populations: populationsOf(environment, view), series: [...DRAWN] };
}

/** The window moved by half its length, or made twice as long around its middle. */
export function shifted(window: { fromMs: number; toMs: number }, how: "back" | "forward" | "out", nowMs: number) {
  const lengthMs = window.toMs - window.fromMs;
  const byMs = how === "back" ? -lengthMs / 2 : how === "forward" ? lengthMs / 2 : 0;
  const growMs = how === "out" ? lengthMs / 2 : 0;
  const toMs = Math.min(nowMs, window.toMs + byMs + growMs);
  const fromMs = Math.max(0, window.fromMs + byMs - growMs, toMs - WINDOW_MAX_MS);
  return { fromMs: Math.min(fromMs, toMs - MINUTE_MS), toMs };
}
