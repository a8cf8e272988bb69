import { EXPORT_COLUMNS, type ExportRow } from "@/db/queries/export-generations";

export const EXPORT_FORMATS = ["csv", "ndjson"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What a spreadsheet would take for a formula; a prompt is a stranger's text. */
const FORMULA = /^[=+\-@\t\r\n]/;
const SPECIAL = /[",\r\n]/;

/** One cell of RFC 4180. Numbers stay numbers, times are ISO 8601 in UTC, unknown is empty. */
export function csvCell(value: string | number | Date | null): string {
  if (value === null) return "";
  if (typeof value === "number") return value.toString();
  if (value instanceof Date) return value.toISOString();
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return SPECIAL.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What stands before the first row. */
export function exportHead(format: ExportFormat): string {
  return format === "csv" ? `${EXPORT_COLUMNS.join(",")}\r\n` : "";
}

export function exportLines(format: ExportFormat, rows: readonly ExportRow[]): string {
  if (format === "ndjson") return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  return rows.map((row) => `${EXPORT_COLUMNS.map((name) => csvCell(row[name])).join(",")}\r\n`).join("");
}
