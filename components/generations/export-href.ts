import { type GenerationSort, NEWEST_FIRST } from "@/server/domain/generation-sort";
import type { toQuery } from "./filters";

/** Where a view lies as a file: the same filters and order in the words of the REST API. */
export function exportHref(filter: ReturnType<typeof toQuery>, sort: GenerationSort, format: "csv" | "ndjson"): string {
  const query = new URLSearchParams({ environment: filter.environment, format });
  const lists = {
    state: filter.states,
    provider: filter.providers,
    coldClass: filter.coldClasses,
    operation: filter.operations,
    failureMode: filter.failureModes,
    source: filter.sources,
  };
  for (const [name, values] of Object.entries(lists)) if (values) query.set(name, values.join(","));
  query.set("from", new Date(filter.fromMs).toISOString());
  if (filter.toMs !== undefined) query.set("to", new Date(filter.toMs).toISOString());
  if (filter.search) query.set("search", filter.search);
  if (sort !== NEWEST_FIRST) query.set("sort", sort);
  return `/api/v1/generations/export?${query}`;
}
