"use client";
import { ArrowUp, RefreshCw } from "lucide-react";
import Link from "next/link";
import { parseAsString, useQueryState, useQueryStates } from "nuqs";
import { useMemo, useRef } from "react";
import { formatCount, formatCountFull } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { PageHeader } from "@/components/frame/page-header";
import { useKeys } from "@/components/frame/single-keys";
import { trpc } from "@/components/trpc/client";
import { Button, buttonClass } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Icon } from "@/components/ui/icon";
import { QueryStates } from "@/components/ui/query-states";
import { SkeletonRows } from "@/components/ui/skeleton";
import { FilterBar } from "./filter-bar";
import { type FilterKey, filterParsers, hasFilters, toQuery } from "./filters";
import { GenerationDrawer } from "./generation-drawer";
import { GenerationRows } from "./generation-rows";
import { SearchField } from "./search-field";
import { useGenerationList } from "./use-generation-list";

const NO_FILTERS = {
  state: null,
  provider: null,
  temp: null,
  mode: null,
  failure: null,
  source: null,
  q: null,
  from: null,
  to: null,
};

export function GenerationsView() {
  const environment = useEnvironment();
  const [filters, setFilters] = useQueryStates(filterParsers, { history: "push" });
  const [openId, setOpenId] = useQueryState("row", parseAsString.withOptions({ history: "push" }));
  const search = useRef<HTMLInputElement>(null);
  const filter = useMemo(() => toQuery(environment.name, filters), [environment.name, filters]);
  const { pages, head, rows, newCount } = useGenerationList(filter);
  const facets = trpc.generations.facets.useQuery(filter, {
    refetchInterval: 15_000,
    placeholderData: (previous) => previous,
  });
  const hrefOf = (id: string) => environment.hrefIn(`/generations/${id}`);

  function toggle(key: FilterKey, value: string) {
    const current: readonly string[] = filters[key];
    const next = current.includes(value) ? current.filter((entry) => entry !== value) : [...current, value];
    // The value comes from a chip of this very key, so it is one of the key's words.
    void setFilters({ [key]: next.length > 0 ? next : null } as Parameters<typeof setFilters>[0]);
  }

  async function refresh() {
    await Promise.all([pages.refetch(), head.refetch(), facets.refetch()]);
  }

  function focusStep(step: 1 | -1) {
    const links = [...document.querySelectorAll<HTMLElement>("[data-row]")];
    const active = document.activeElement;
    const at = active instanceof HTMLElement ? links.indexOf(active) : -1;
    links[at === -1 ? 0 : Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
  }

  useKeys({
    j: () => focusStep(1),
    k: () => focusStep(-1),
    r: () => void refresh(),
    "/": (event) => {
      event.preventDefault();
      search.current?.focus();
    },
  });

  return (
    <>
      <PageHeader
        title="Generations"
        actions={
          <Button onClick={refresh}>
            <Icon icon={RefreshCw} className={pages.isRefetching ? "animate-spin" : undefined} />
            Refresh
          </Button>
        }
      />
      <div className="mb-4 flex flex-wrap items-start gap-x-4 gap-y-3">
        <SearchField
          inputRef={search}
          value={filters.q}
          onChange={(q) => void setFilters({ q: q || null }, { history: "replace" })}
        />
        <FilterBar
          filters={filters}
          facets={facets.data}
          onToggle={toggle}
          onClearTime={() => void setFilters({ from: null, to: null })}
          onClear={() => void setFilters({ ...NO_FILTERS, q: filters.q || null })}
        />
      </div>
      <QueryStates
        query={{ ...pages, data: rows }}
        what="The generations"
        isEmpty={(all) => all.length === 0}
        skeleton={<SkeletonRows rows={8} />}
        empty={
          hasFilters(filters) ? (
            <EmptyState action={<Button onClick={() => void setFilters(NO_FILTERS)}>Clear all filters</Button>}>
              No generation matches these filters.
            </EmptyState>
          ) : (
            <EmptyState
              action={
                <Link href={environment.hrefIn("/playground")} className={buttonClass("primary")}>
                  Open the playground
                </Link>
              }
            >
              Nothing was generated here yet.
            </EmptyState>
          )
        }
      >
        {(all) => (
          <>
            <div className="mb-2 flex min-h-7 items-center justify-between gap-3 text-small text-ink-2">
              <p className="m-0">
                {facets.data
                  ? `${formatCountFull(facets.data.total)} ${facets.data.total === 1 ? "generation" : "generations"}, `
                  : ""}
                {formatCount(all.length)} shown, newest first
              </p>
              <p role="status" className="m-0">
                {newCount > 0 ? (
                  <Button variant="primary" size="pill" onClick={refresh}>
                    <Icon icon={ArrowUp} />
                    {newCount} new
                  </Button>
                ) : null}
              </p>
            </div>
            <GenerationRows rows={all} openId={openId} hrefOf={hrefOf} onOpen={(id) => void setOpenId(id)} />
            {pages.hasNextPage ? (
              <div className="mt-4 flex justify-center">
                <Button busy={pages.isFetchingNextPage} onClick={() => pages.fetchNextPage()}>
                  {pages.isFetchingNextPage ? "Loading…" : "Load more"}
                </Button>
              </div>
            ) : null}
          </>
        )}
      </QueryStates>
      <GenerationDrawer
        id={openId}
        ids={rows?.map((row) => row.id) ?? []}
        onClose={() => void setOpenId(null)}
        onStep={(id) => void setOpenId(id, { history: "replace" })}
      />
    </>
  );
}
