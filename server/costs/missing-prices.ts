import type { UnknownRow } from "@/db/queries/costs";
import type { MissingPrice } from "@/server/domain/costs/sentences";
import { CONTROL, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import type { CostsQuery } from "./read-costs";
import type { UnpricedStorage } from "./read-storage";

/** Which prices and measures are missing, each once, with the days that miss it. */
export function missingPrices(
  query: Pick<CostsQuery, "days" | "gpuType">,
  rows: readonly UnknownRow[],
  storage: readonly UnpricedStorage[],
): MissingPrice[] {
  const found = new Map<string, MissingPrice>();
  const add = (of: MissingPrice["of"], what: string, date: string, generations: number) => {
    const key = `${of} ${what}`;
    const entry = found.get(key);
    if (entry === undefined) found.set(key, { of, what, fromDate: date, toDate: date, generations });
    else found.set(key, { ...entry, toDate: date, generations: entry.generations + generations });
  };
  for (const row of [...rows].sort((left, right) => left.span - right.span))
    if (row.of === "cost" || row.provider !== CONTROL)
      add(row.of, whatIsMissing(row, query.gpuType), query.days[row.span]?.date ?? "", row.count);
  for (const { atMs, what } of [...storage].sort((left, right) => left.atMs - right.atMs))
    add("cost", what, query.days.find(({ toMs }) => atMs < toMs)?.date ?? "", 0);
  return [...found.values()];
}

function whatIsMissing(row: UnknownRow, gpuType: string): string {
  if (row.of === "baseline") return `price of a Scenario image for ${row.operation}`;
  if (row.isWithoutTime) return `execution time of ${PROVIDER_NAMES[row.provider]} for ${row.operation}`;
  if (row.provider === "comfyui") return `price of a second of ${gpuType}`;
  return `price of a Scenario image or creative unit for ${row.operation}${row.model === null ? "" : ` (${row.model})`}`;
}
