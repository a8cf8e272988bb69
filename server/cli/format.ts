import { formatMicros } from "@/server/domain/money";
import type { ColdClass } from "@/server/domain/vocabulary";

export const NOTHING = "–";

export function milliseconds(ms: number | null): string {
  if (ms === null) return NOTHING;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 99_950) return `${(ms / 1_000).toFixed(2)} s`;
  const wholeS = Math.round(ms / 1_000);
  return `${Math.floor(wholeS / 60)} min ${String(wholeS % 60).padStart(2, "0")} s`;
}

export function money(micros: number | null): string {
  return micros === null ? NOTHING : formatMicros(micros);
}

export function bytes(count: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = count;
  let unit = 0;
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

export function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 90) return `${seconds} s ago`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 36 * 3_600) return `${Math.round(seconds / 3_600)} h ago`;
  return `${Math.round(seconds / 86_400)} d ago`;
}

export function instant(ms: number | null): string {
  return ms === null
    ? NOTHING
    : new Date(ms)
        .toISOString()
        .replace("T", " ")
        .replace(/\.\d+Z$/, "Z");
}

export function share(bp: number): string {
  return `${(bp / 100).toFixed(bp % 100 === 0 ? 0 : 2)} %`;
}

export function percent(part: number | null): string {
  return part === null ? NOTHING : `${(part * 100).toFixed(1)} %`;
}

const COLD_WORDS: Record<ColdClass, string> = {
  warm: "no (warm)",
  queued: "no (waited in a queue)",
  cold: "yes",
  throttled: "no (workers were throttled)",
  unknown: "not known",
};

export function coldStart(coldClass: ColdClass | null): string {
  return coldClass === null ? NOTHING : COLD_WORDS[coldClass];
}

/** One line, at most `width` columns wide; control characters of a prompt must not reach a terminal. */
export function oneLine(text: string, width: number): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  const letters = [...clean];
  return letters.length <= width ? clean : `${letters.slice(0, Math.max(0, width - 1)).join("")}…`;
}

/** Columns as wide as their widest cell; numbers stand right. The last column is never padded. */
export function table(head: string[], rows: string[][], right: ReadonlySet<string> = new Set()): string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => [...(row[column] ?? "")].length)),
  );
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => {
        const gap = " ".repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length));
        if (right.has(head[column] ?? "")) return gap + cell;
        return column === cells.length - 1 ? cell : cell + gap;
      })
      .join("  ")
      .trimEnd();
  return [line(head), ...rows.map(line)];
}

/** `name  value` lines with the values in one column; a value of several lines goes on below itself. */
export function pairs(entries: [string, string][], indent = ""): string[] {
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => {
    const rest = `\n${indent}${" ".repeat(width + 2)}`;
    return `${indent}${name.padEnd(width)}  ${value.replaceAll("\n", rest)}`.trimEnd();
  });
}
