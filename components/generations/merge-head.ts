import type { GenerationSummary } from "@/server/domain/generation-view";

/**
 * Loaded rows with what the newest page says about them, and how many of that page are not loaded yet. An empty view
 * takes new rows at once: nobody is reading there.
 */
export function mergeHead(
  loaded: readonly GenerationSummary[],
  head: readonly GenerationSummary[],
): { rows: GenerationSummary[]; newCount: number } {
  if (loaded.length === 0) return { rows: [...head], newCount: 0 };
  const fresh = new Map(head.map((row) => [row.id, row]));
  const newestMs = loaded[0]?.createdAtMs ?? 0;
  const known = new Set(loaded.map((row) => row.id));
  const newCount = head.filter((row) => !known.has(row.id) && row.createdAtMs >= newestMs).length;
  return { rows: loaded.map((row) => fresh.get(row.id) ?? row), newCount };
}
