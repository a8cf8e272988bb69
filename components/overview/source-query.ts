import { type Population, sourcesOf } from "@/server/domain/metrics/populations";
import { SOURCES } from "@/server/domain/vocabulary";

/** What narrows Generations to the rows that these numbers are of, to be put after another part of a query. */
export function sourceQuery(populations: readonly Population[]): string {
  const sources = sourcesOf(populations);
  return sources.length === SOURCES.length ? "" : `&source=${sources.join(",")}`;
}
