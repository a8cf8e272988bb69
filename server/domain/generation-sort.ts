/** How a list of generations may be sorted; `-` means the largest first. What is unknown always comes last. */
export const GENERATION_SORTS = ["-time", "time", "-latency", "latency", "-cost", "cost"] as const;
export type GenerationSort = (typeof GENERATION_SORTS)[number];

export const NEWEST_FIRST: GenerationSort = "-time";

export type SortKey = "time" | "latency" | "cost";

export function sortParts(sort: GenerationSort): { key: SortKey; isDescending: boolean } {
  const isDescending = sort.startsWith("-");
  // What is left of a sort without its sign is its key, by the list above.
  return { key: (isDescending ? sort.slice(1) : sort) as SortKey, isDescending };
}
