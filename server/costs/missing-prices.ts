import type { UnknownRow } from "@/db/queries/costs";
import type { MissingPrice } from "@/server/domain/costs/sentences";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import type { CostsQuery } from "./read-costs";

/** Which prices and measures are missing, each once, with the days that miss it. */
export function missingPrices(
  query: Pick<CostsQuery, "days" | "gpuType">,
  rows: readonly UnknownRow[],
): MissingPrice[] {
  const found = new Map<string, MissingPrice>();
  for (const row of [...rows].sort((left, right) => left.span - right.span)) {
    const what = whatIsMissing(row, query.gpuType);
    const date = query.days[row.span]?.date ?? "";
    const key = `${row.of} ${what}`;
    const entry = found.get(key);
    if (entry === undefined) found.set(key, { of: row.of, what, fromDate: date, toDate: date, generations: row.count });
    else found.set(key, { ...entry, toDate: date, generations: entry.generations + row.count });
  }
  return [...found.values()];
}

function whatIsMissing(row: UnknownRow, gpuType: string): string {
  if (row.of === "baseline") return `price of a Scenario image for ${row.operation}`;
  if (row.isWithoutTime) return `execution time of ${PROVIDER_NAMES[row.provider]} for ${row.operation}`;
  if (row.provider === "comfyui") return `price of a second of ${gpuType}`;
  return `price of a Scenario image or creative unit for ${row.operation}${row.model === null ? "" : ` (${row.model})`}`;
}
