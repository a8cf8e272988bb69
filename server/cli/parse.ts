import { usageError } from "./exit-codes";

/** A number where it is one; else the text itself, which the schema then refuses in its own words. */
export function numberOrText(text: string): number | string {
  return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
}

/** `1024x768`, also with × or *. */
export function parseSize(text: string): { width: number; height: number } {
  const match = /^(\d{1,5})[x×*](\d{1,5})$/i.exec(text.trim());
  if (!match) throw usageError("--size", `must be WIDTHxHEIGHT such as 1024x768, not "${text}"`);
  return { width: Number(match[1]), height: Number(match[2]) };
}

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90s`, `30m`, `24h`, `7d` in milliseconds. */
export function parseSpan(option: string, text: string): number {
  const match = /^(\d{1,6})(s|m|h|d)$/.exec(text.trim());
  const unit = match?.[2] as keyof typeof UNITS | undefined; // the pattern allows no other
  const ms = unit === undefined ? 0 : Number(match?.[1]) * UNITS[unit];
  if (ms === 0) throw usageError(option, `must be a span such as 30m, 24h or 7d, not "${text}"`);
  return ms;
}

export function parseWhole(option: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw usageError(option, `must be a whole number from ${min} to ${max}, not "${text}"`);
  return value;
}

/** A day (its first moment in UTC) or an instant with its zone. Days that do not exist are refused. */
export function parseDate(option: string, text: string): number {
  const match = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.exec(text.trim());
  const day = match?.[1] ?? "";
  // JavaScript takes 30 February for 2 March.
  const exists = match !== null && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day);
  const ms = exists ? Date.parse(match[2] === undefined ? `${day}T00:00:00Z` : text.trim()) : Number.NaN;
  if (Number.isNaN(ms))
    throw usageError(option, `must be a date such as 2026-12-01 or 2026-12-01T08:00:00Z, not "${text}"`);
  return ms;
}

/** Words out of a closed list, separated by commas. */
export function parseWords<Word extends string>(option: string, text: string, allowed: readonly Word[]): Word[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      const word = allowed.find((candidate) => candidate === part);
      if (word === undefined) throw usageError(option, `must be of ${allowed.join(", ")}, not "${part}"`);
      return word;
    });
}
