import { createLoader, createSerializer, parseAsArrayOf, parseAsStringLiteral } from "nuqs/server";

import { GENERATION_SORTS, NEWEST_FIRST } from "@/server/domain/generation-sort";

/** The columns that may be left out; the time is each row's link and stays. */
export const COLUMN_KEYS = ["status", "provider", "temp", "mode", "latency", "cost", "size", "source", "id"] as const;
export type ColumnKey = (typeof COLUMN_KEYS)[number];

export const COLUMN_WORDS: Record<ColumnKey, string> = {
  status: "Status",
  provider: "Provider",
  temp: "Temp",
  mode: "Mode",
  latency: "Latency",
  cost: "Cost",
  size: "Size",
  source: "Source",
  id: "Id",
};

export const DENSITIES = ["comfortable", "compact"] as const;
export type Density = (typeof DENSITIES)[number];

/** As it stands in the address; null: as this browser had it last, else all columns, comfortable. */
export const viewOptionParsers = {
  cols: parseAsArrayOf(parseAsStringLiteral(COLUMN_KEYS)),
  density: parseAsStringLiteral(DENSITIES),
};

/** The same rows as a table or over time. */
export const viewParser = parseAsStringLiteral(["table", "chart"] as const).withDefault("table");

export const sortParser = parseAsStringLiteral(GENERATION_SORTS).withDefault(NEWEST_FIRST);

export interface ViewOptions {
  columns: readonly ColumnKey[];
  density: Density;
}

export const DEFAULT_OPTIONS: ViewOptions = { columns: COLUMN_KEYS, density: "comfortable" };

export const OPTIONS_COOKIE = "switchyard.generations";

const load = createLoader(viewOptionParsers);
const serialize = createSerializer(viewOptionParsers);

/** A cookie's value, so that the server's first answer already has the columns. Whatever else it holds is ignored. */
export function readOptions(cookie: string | undefined): ViewOptions {
  const { cols, density } = load(new URLSearchParams(cookie ?? ""));
  return { columns: inOrder(cols ?? COLUMN_KEYS), density: density ?? DEFAULT_OPTIONS.density };
}

export function writeOptions({ columns, density }: ViewOptions): string {
  return serialize({ cols: [...columns], density }).slice(1);
}

/** However they were chosen, columns stand in the order of the table, each once. */
export function inOrder(columns: readonly ColumnKey[]): ColumnKey[] {
  return COLUMN_KEYS.filter((key) => columns.includes(key));
}

/** What the address has to say of the options: nothing of those that everybody has. */
export function inAddress({ columns, density }: ViewOptions) {
  return {
    cols: columns.length === COLUMN_KEYS.length ? null : [...columns],
    density: density === DEFAULT_OPTIONS.density ? null : density,
  };
}
