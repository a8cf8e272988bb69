import type { GenerationSort, SortKey } from "@/server/domain/generation-sort";

export const SORT_WORDS: Record<GenerationSort, string> = {
  "-time": "newest first",
  time: "oldest first",
  "-latency": "slowest first",
  latency: "quickest first",
  "-cost": "dearest first",
  cost: "cheapest first",
};

/** What a press on a column's head asks for: the largest first, then the other way round. */
export function pressedSort(key: SortKey, sort: GenerationSort): GenerationSort {
  return sort === `-${key}` ? key : `-${key}`;
}
