import { parseAsBoolean, parseAsStringLiteral } from "nuqs/server";
import { SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";

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

export const overviewParsers = {
  range: parseAsStringLiteral(RANGES).withDefault("48h"),
  /** Null: as the environment has it. */
  trials: parseAsBoolean,
};

/** Trials (playground, checklist) count in the sandbox, where there is little else, and nowhere else unless asked. */
export function includesTrials(environment: string, trials: boolean | null): boolean {
  return trials ?? environment === SANDBOX_ENVIRONMENT;
}

/** `toMs` of the window is `nowMs` moved up a little, so that what is accepted while it is asked is in it. */
export function overviewInput(environment: string, range: Range, trials: boolean | null, nowMs: number) {
  const toMs = Math.ceil(nowMs / 1000) * 1000 + 1_000;
  return { environment, fromMs: toMs - RANGE_MS[range], toMs, includeTests: includesTrials(environment, trials) };
}
