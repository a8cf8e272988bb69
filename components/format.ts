import { formatMicros, formatTotalMicros, type Micros } from "@/server/domain/money";

/** Between a number and its unit: narrow, and never broken over two lines. */
const NARROW = "\u202f";
export const UNKNOWN = "–";

/** Milliseconds as `6.1 s`, `45 s`; null is not known. Below 10 s one decimal, from 10 s none (ux.md §4). */
export function formatLatency(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return UNKNOWN;
  const seconds = Math.max(0, ms) / 1000;
  const oneDecimal = Math.round(seconds * 10) / 10;
  return `${oneDecimal < 10 ? oneDecimal.toFixed(1) : Math.round(seconds).toString()}${NARROW}s`;
}

/** A part of a latency, where tenths of a second would hide it: below one second in `ms`. */
export function formatPart(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return UNKNOWN;
  return ms < 1000 ? `${Math.round(ms)}${NARROW}ms` : formatLatency(ms);
}

/** Two units at most: `3 h 12 min`, `4 s`. A negative age (clocks differ) counts as none. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}${NARROW}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joinUnits([minutes, "min"], [seconds % 60, "s"]);
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return joinUnits([hours, "h"], [minutes % 60, "min"]);
  return joinUnits([Math.floor(hours / 24), "d"], [hours % 24, "h"]);
}

function joinUnits(...parts: [number, string][]): string {
  return parts
    .filter(([value], index) => index === 0 || value > 0)
    .map(([value, unit]) => `${value}${NARROW}${unit}`)
    .join(" ");
}

export function formatAge(atMs: number, nowMs: number): string {
  return `${formatDuration(nowMs - atMs)} ago`;
}

/** A share of 0 to 1 as `6.4%`: one decimal, two above 99%. `100%` only when it is exactly all. */
export function formatRate(rate: number | null | undefined): string {
  if (rate === null || rate === undefined || !Number.isFinite(rate)) return UNKNOWN;
  if (rate === 0 || rate === 1) return `${rate * 100}%`;
  const percent = rate * 100;
  if (percent <= 99) return `${percent.toFixed(1)}%`;
  // 99.996% must not be rounded up to a perfect record.
  return `${Math.min(99.99, Math.round(percent * 100) / 100).toFixed(2)}%`;
}

/** Basis points as a whole or one-decimal percentage: 1000 is `10%`, 1250 is `12.5%`. */
export function formatShareBp(bp: number): string {
  return `${Number((bp / 100).toFixed(2))}%`;
}

export function formatMoney(micros: Micros | null | undefined): string {
  return micros === null || micros === undefined ? UNKNOWN : formatMicros(micros);
}

/** Totals always have cents; from $10,000 none. */
export function formatTotal(micros: Micros | null | undefined): string {
  return micros === null || micros === undefined ? UNKNOWN : formatTotalMicros(micros);
}

/** Grouped; compact from 10,000 (`12.4k`): put `formatCountFull` in the title then. */
export function formatCount(count: number): string {
  if (count < 10_000) return formatCountFull(count);
  if (count < 999_950) return `${Number((count / 1000).toFixed(1))}k`;
  return `${Number((count / 1_000_000).toFixed(1))}M`;
}

export function formatCountFull(count: number): string {
  return count.toLocaleString("en-US");
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes}${NARROW}B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)}${NARROW}KB`;
  return `${(bytes / (1024 * 1024)).toFixed(1)}${NARROW}MB`;
}

export function formatPixels(width: number | null, height: number | null): string {
  return width === null || height === null ? UNKNOWN : `${width}${NARROW}×${NARROW}${height}`;
}

/** The first and last digits: UUIDv7s made together share their beginnings. */
export function shortId(id: string): string {
  return id.length > 12 ? `${id.slice(0, 4)}…${id.slice(-6)}` : id;
}

/** `Wed 17:00:04 CET`. `timeZone` is the reader's own unless given; a test gives it. */
export function formatTime(atMs: number, timeZone?: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
    timeZone,
  })
    .format(atMs)
    .replace(",", "");
}

/** `23 Nov 17:00:04`, for columns where the zone is named once for all. */
export function formatDayTime(atMs: number, timeZone?: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZone,
  })
    .format(atMs)
    .replace(",", "");
}
