import { z } from "zod";
import { HISTORY_FIELDS, type HistoryField } from "./history-row";

/** `s` and `usd` are turned into milliseconds and micro-dollars; the others say what is meant anyway. */
export const VALUE_UNITS = ["ms", "s", "micros", "usd"] as const;
export type ValueUnit = (typeof VALUE_UNITS)[number];

const fromColumn = z.strictObject({
  column: z.string().min(1).max(200),
  unit: z.enum(VALUE_UNITS).nullable().default(null),
  /** What the file's words mean in ours; one that is not named stays as it is. */
  words: z.record(z.string(), z.string()).nullable().default(null),
});
const constant = z.strictObject({ value: z.union([z.string(), z.number()]) });
export type FieldRule = z.output<typeof fromColumn> | z.output<typeof constant>;

export const mappingSchema = z.strictObject({
  /** Where the data comes from, for the record. */
  about: z.string().max(500).nullable().default(null),
  delimiter: z.string().length(1, { error: "must be one character" }).default(","),
  fields: z.partialRecord(z.enum(HISTORY_FIELDS), z.union([fromColumn, constant])),
});
export type Mapping = z.output<typeof mappingSchema>;

const REQUIRED = ["provider", "operation", "state", "createdAt"] as const satisfies readonly HistoryField[];

/** Fields that a row cannot do without and that the mapping does not give. */
export function missingFields({ fields }: Mapping): HistoryField[] {
  return REQUIRED.filter((name) => fields[name] === undefined);
}

/** The columns that a file must have. */
export function columnsOf({ fields }: Mapping): string[] {
  return [...new Set(rulesOf(fields).flatMap(([, rule]) => ("column" in rule ? [rule.column] : [])))];
}

function rulesOf(fields: Mapping["fields"]): [HistoryField, FieldRule][] {
  return Object.entries(fields) as [HistoryField, FieldRule][]; // partialRecord's keys are checked to be fields
}

/** Our own names: the columns or members of a file that is written as reports are. */
export function mappingByName(columns: readonly string[] | null): Mapping {
  const names = HISTORY_FIELDS.filter((name) => columns === null || columns.includes(name));
  const fields = Object.fromEntries(names.map((name) => [name, { column: name, unit: null, words: null }]));
  return { about: null, delimiter: ",", fields };
}

/** `col=field,other=field:unit`. A text where it is wrong: what to do about it. */
export function parseTypedMapping(text: string): Mapping | string {
  const fields: Mapping["fields"] = {};
  for (const part of text.split(",")) {
    const match = /^\s*(.+?)\s*=\s*([A-Za-z]+)(?::([a-z]+))?\s*$/.exec(part);
    const [, column, name, unit] = match ?? [];
    if (column === undefined || name === undefined)
      return `must be column=field or column=field:unit, not "${part.trim()}"`;
    const field = HISTORY_FIELDS.find((known) => known === name);
    if (field === undefined) return `names no field: ${name}; there are ${HISTORY_FIELDS.join(", ")}`;
    const known = unit === undefined ? null : VALUE_UNITS.find((word) => word === unit);
    if (known === undefined) return `names no unit: ${unit}; there are ${VALUE_UNITS.join(", ")}`;
    if (fields[field] !== undefined) return `gives ${field} twice`;
    fields[field] = { column, unit: known, words: null };
  }
  return { about: null, delimiter: ",", fields };
}

/** A file's row in our fields, ready to be checked. An empty cell is unknown. */
export function applyMapping({ fields }: Mapping, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const [name, rule] of rulesOf(fields)) {
    if ("value" in rule) row[name] = rule.value;
    else row[name] = convert(name, values[rule.column], rule);
  }
  return row;
}

const TEXTS: readonly HistoryField[] = ["id", "failureMessage", "model", "prompt", "stickyKey"];
const TIMES: readonly HistoryField[] = ["createdAt", "finishedAt"];

function convert(name: HistoryField, value: unknown, { unit, words }: z.output<typeof fromColumn>): unknown {
  if (value === undefined || value === null || value === "") return null;
  const said = words !== null && typeof value === "string" ? (words[value] ?? value) : value;
  if (TEXTS.includes(name)) return typeof said === "number" ? String(said) : said;
  if (TIMES.includes(name)) return toTime(said, unit);
  return toNumber(said, unit);
}

// Without a zone it is UTC: what a server's local time was nobody can know here.
const UNZONED = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d+)?)$/;
const ZONED = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d+)?)\s?(Z|[+-]\d{2}:?\d{2}|UTC)$/;

function toTime(value: unknown, unit: ValueUnit | null): unknown {
  if (typeof value === "number") return unit === "s" ? Math.round(value * 1_000) : value;
  if (typeof value !== "string") return value;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return toTime(Number(text), unit);
  const unzoned = UNZONED.exec(text);
  if (unzoned) return `${unzoned[1]}T${unzoned[2]}Z`;
  const zoned = ZONED.exec(text);
  if (!zoned) return value;
  const zone = zoned[3] === "UTC" ? "Z" : (zoned[3] ?? "Z").replace(/^([+-]\d{2})(\d{2})$/, "$1:$2");
  return `${zoned[1]}T${zoned[2]}${zone}`;
}

function toNumber(value: unknown, unit: ValueUnit | null): unknown {
  const number = typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
  if (typeof number !== "number") return value;
  if (unit === "s") return Math.round(number * 1_000);
  // Dollars have six decimals at most; a seventh stays a fraction, and the rule on costs refuses it.
  if (unit === "usd") return Math.round(number * 1e9) / 1e3;
  return number;
}
