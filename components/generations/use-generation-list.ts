"use client";
import { useMemo } from "react";
import { trpc } from "@/components/trpc/client";
import { type GenerationSort, NEWEST_FIRST } from "@/server/domain/generation-sort";
import type { GenerationSummary } from "@/server/domain/generation-view";
import type { toQuery } from "./filters";
import { mergeHead } from "./merge-head";
import { PAGE_SIZE } from "./page-size";

/**
 * The rows of a view: pages as they were loaded, and the newest page asked for again and again. What it brings for
 * rows in sight is shown at once; rows that are new are only counted, since rows must not jump under a reader's hand.
 * `renewMs`: how often; null: never, such as for a time that is over. Off where the view shows no rows, and
 * where the first page is not where new rows come.
 */
export function useGenerationList(
  filter: ReturnType<typeof toQuery>,
  { sort, isOn, renewMs }: { sort: GenerationSort; isOn: boolean; renewMs: number | null },
) {
  const input = { filter, sort, limit: PAGE_SIZE };
  const pages = trpc.generations.list.useInfiniteQuery(input, {
    enabled: isOn,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const utils = trpc.useUtils();
  const hasHead = isOn && sort === NEWEST_FIRST && pages.data !== undefined && renewMs !== null;
  const head = trpc.generations.list.useQuery(input, {
    enabled: hasHead,
    refetchInterval: renewMs ?? false,
    retry: false,
  });
  const loaded = useMemo<GenerationSummary[] | undefined>(
    () => pages.data?.pages.flatMap((page) => page.rows),
    [pages.data],
  );
  const merged = useMemo(
    () => (loaded === undefined ? undefined : mergeHead(loaded, hasHead ? (head.data?.rows ?? []) : [])),
    [loaded, hasHead, head.data],
  );
  return {
    pages,
    rows: merged?.rows,
    newCount: merged?.newCount ?? 0,
    /** Asks for the newest page once more, unless that is being asked already. */
    async renew() {
      if (hasHead) await head.refetch({ cancelRefetch: false });
    },
    /** The list from its first page on, as it is now. */
    async restart() {
      utils.generations.list.setInfiniteData(input, (all) =>
        all === undefined ? undefined : { pages: all.pages.slice(0, 1), pageParams: all.pageParams.slice(0, 1) },
      );
      await pages.refetch();
    },
  };
}
