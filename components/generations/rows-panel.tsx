"use client";
import { ArrowUp } from "lucide-react";
import Link from "next/link";
import { formatCountFull } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { RANGE_WORDS } from "@/components/time/time-view";
import type { TimeViewState } from "@/components/time/use-time-view";
import { Button, buttonClass } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Icon } from "@/components/ui/icon";
import { QueryStates } from "@/components/ui/query-states";
import { SkeletonRows } from "@/components/ui/skeleton";
import type { GenerationSort } from "@/server/domain/generation-sort";
import { type FacetCounts, filterWords, totalWords } from "./filter-groups";
import type { Filters } from "./filters";
import { GenerationRows } from "./generation-rows";
import { LoadMore } from "./load-more";
import { PAGE_SIZE } from "./page-size";
import { SORT_WORDS } from "./sort-words";
import type { useGenerationList } from "./use-generation-list";
import type { ViewOptions } from "./view-options";

interface RowsPanelProps {
  list: ReturnType<typeof useGenerationList>;
  /** Of the view; null while it is being counted. */
  counted: Pick<FacetCounts, "total" | "more"> | null;
  filters: Filters;
  time: TimeViewState;
  options: ViewOptions;
  sort: GenerationSort;
  onSort: (sort: GenerationSort) => void;
  openId: string | null;
  onOpen: (id: string) => void;
  onShowNew: () => void;
  onClear: () => void;
}

/** The rows with their count, what is new, and what stands there when there are none. */
export function RowsPanel(props: RowsPanelProps) {
  const { list, counted, filters, time, options, sort, onSort, openId, onOpen, onShowNew, onClear } = props;
  const { pages, rows, newCount } = list;
  const { hrefIn } = useEnvironment();
  return (
    <QueryStates
      query={{ ...pages, data: rows }}
      what="The generations"
      isEmpty={(all) => all.length === 0}
      skeleton={<SkeletonRows rows={8} />}
      empty={<Empty filters={filters} time={time} onClear={onClear} />}
    >
      {(all) => (
        <>
          <div className="mb-2 flex min-h-7 items-center justify-between gap-3 text-small text-ink-2">
            <p className="m-0">
              {counted ? `${totalWords(counted)}, ` : ""}
              {formatCountFull(all.length)} shown, {SORT_WORDS[sort]}
            </p>
            <p role="status" className="m-0">
              {newCount > 0 ? (
                <Button variant="primary" size="pill" onClick={onShowNew}>
                  <Icon icon={ArrowUp} />
                  {/* A whole page of new ones: there may be more behind it. */}
                  {newCount === PAGE_SIZE ? `${newCount}+` : newCount} new
                </Button>
              ) : null}
            </p>
          </div>
          <GenerationRows
            rows={all}
            options={options}
            sort={sort}
            onSort={onSort}
            utc={time.view.tz === "utc"}
            openId={openId}
            hrefOf={(id) => hrefIn(`/generations/${id}`)}
            onOpen={onOpen}
          />
          {pages.hasNextPage ? (
            <LoadMore after={all.length} busy={pages.isFetchingNextPage} onLoad={() => void pages.fetchNextPage()} />
          ) : null}
        </>
      )}
    </QueryStates>
  );
}

function Empty({ filters, time, onClear }: Pick<RowsPanelProps, "filters" | "time" | "onClear">) {
  const { hrefIn } = useEnvironment();
  const words = filterWords(filters);
  const widest = time.fixed === null && time.view.range === "30d";
  const span = time.fixed === null ? `in the ${RANGE_WORDS[time.view.range].toLowerCase()}` : "in this time";
  const widen = (
    <Button onClick={() => void time.setView({ range: "30d", from: null, to: null })}>Show the last 30 days</Button>
  );
  if (words.length > 0)
    return (
      <EmptyState
        action={
          <span className="flex flex-wrap gap-2">
            <Button onClick={onClear}>Clear all filters</Button>
            {widest ? null : widen}
          </span>
        }
      >
        No generation {span} matches these filters: {words.join(", ")}.
      </EmptyState>
    );
  return (
    <EmptyState
      action={
        <span className="flex flex-wrap gap-2">
          <Link href={hrefIn("/playground")} className={buttonClass("primary")}>
            Open the playground
          </Link>
          {widest ? null : widen}
        </span>
      }
    >
      Nothing was generated {span}.
    </EmptyState>
  );
}
