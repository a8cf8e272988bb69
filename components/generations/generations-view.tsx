"use client";
import { keepPreviousData } from "@tanstack/react-query";
import { useQueryState, useQueryStates } from "nuqs";
import { parseAsString } from "nuqs/server";
import { useCallback, useMemo, useRef, useState } from "react";
import { useEnvironment } from "@/components/frame/environment";
import { PageHeader } from "@/components/frame/page-header";
import { useKeys } from "@/components/frame/single-keys";
import { AddressNote } from "@/components/time/address-note";
import { TimeControls } from "@/components/time/time-controls";
import { timeParsers } from "@/components/time/time-view";
import { useTimeView } from "@/components/time/use-time-view";
import { trpc } from "@/components/trpc/client";
import { Segmented } from "@/components/ui/segmented";
import { Select } from "@/components/ui/select";
import { GENERATION_SORTS, type GenerationSort } from "@/server/domain/generation-sort";
import { ChartPanel } from "./chart-panel";
import { ExportLinks } from "./export-links";
import { FilterBar, FilterSheet } from "./filter-bar";
import { type FilterKey, filterParsers, NO_FILTERS, spanOf, toQuery } from "./filters";
import { GenerationDrawer } from "./generation-drawer";
import { RowsPanel } from "./rows-panel";
import { SearchField } from "./search-field";
import { SORT_WORDS } from "./sort-words";
import { useGenerationList } from "./use-generation-list";
import { useKeptScroll } from "./use-kept-scroll";
import { useLiveList } from "./use-live-list";
import { useViewOptions } from "./use-view-options";
import { ViewMenu } from "./view-menu";
import { sortParser, type ViewOptions, viewOptionParsers, viewParser } from "./view-options";

/** So many rows before the last loaded one, stepping through them asks for more. */
const STEPS_AHEAD = 5;
const PAGE_PARSERS = { ...timeParsers, ...filterParsers, ...viewOptionParsers, view: viewParser, sort: sortParser };

interface GenerationsViewProps {
  /** The server's time of the prefetch, so that the first questions here are those already answered. */
  renderedAtMs: number;
  savedOptions: ViewOptions;
}

export function GenerationsView({ renderedAtMs, savedOptions }: GenerationsViewProps) {
  const environment = useEnvironment();
  const time = useTimeView(renderedAtMs);
  const [anchorMs, setAnchorMs] = useState(renderedAtMs);
  const [filters, setFilters] = useQueryStates(filterParsers, { history: "push" });
  const [openId, setOpenId] = useQueryState("row", parseAsString.withOptions({ history: "push" }));
  const [options, setOptions] = useViewOptions(savedOptions);
  const search = useRef<HTMLInputElement>(null);
  const { fromMs, toMs } = spanOf(time.view, anchorMs);
  const filter = useMemo(
    () => toQuery(environment.name, filters, { fromMs, toMs }),
    [environment.name, filters, fromMs, toMs],
  );
  const [view, setView] = useQueryState("view", viewParser.withOptions({ history: "push" }));
  const isChart = view === "chart";
  const [sort, setSort] = useQueryState("sort", sortParser.withOptions({ history: "push" }));
  const list = useGenerationList(filter, { sort, isOn: !isChart, renewMs: time.refreshMs });
  const chart = trpc.generations.chart.useQuery(filter, {
    enabled: isChart,
    refetchInterval: time.refreshMs ?? false,
    placeholderData: keepPreviousData,
  });
  const facets = trpc.generations.facets.useQuery(filter, {
    refetchInterval: time.refreshMs ?? false,
    placeholderData: keepPreviousData,
  });
  // Rows come as soon as they end; what counts all of them is asked at its interval, however much ends.
  useLiveList(time.refreshMs !== null && !isChart, () => void list.renew());

  function toggle(key: FilterKey, value: string) {
    const current: readonly string[] = filters[key];
    const next = current.includes(value) ? current.filter((entry) => entry !== value) : [...current, value];
    // The value comes from a chip of this very key, so it is one of the key's words.
    void setFilters({ [key]: next.length > 0 ? next : null } as Parameters<typeof setFilters>[0]);
  }

  async function refresh() {
    setAnchorMs(Date.now());
    await Promise.all([isChart ? chart.refetch() : list.pages.refetch(), list.renew(), facets.refetch()]);
  }

  async function showNew() {
    window.scrollTo(0, 0);
    setAnchorMs(Date.now());
    await Promise.all([list.restart(), list.renew(), facets.refetch()]);
  }

  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list.pages;
  const loadNext = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  useKeptScroll({
    shown: list.rows?.length,
    hasNext: !isChart && hasNextPage,
    loadNext: isFetchingNextPage ? null : loadNext,
  });

  function step(id: string) {
    void setOpenId(id, { history: "replace" });
    // The row behind the drawer moves along, so that closing it finds the row in the page; and there is always a next one.
    document.querySelector(`[data-row="${id}"]`)?.scrollIntoView({ block: "nearest" });
    const left = (list.rows?.length ?? 0) - (list.rows?.findIndex((row) => row.id === id) ?? 0);
    if (left <= STEPS_AHEAD && hasNextPage && !isFetchingNextPage) loadNext();
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
    "/": (event) => {
      event.preventDefault();
      search.current?.focus();
    },
  });

  const filterProps = {
    filters,
    facets: facets.data,
    onToggle: toggle,
    onClear: () => void setFilters({ ...NO_FILTERS, q: filters.q || null }),
  };
  return (
    <>
      <PageHeader
        title="Generations"
        actions={
          <TimeControls
            time={time}
            refreshing={list.pages.isRefetching || chart.isRefetching}
            onRefresh={() => void refresh()}
            onlyTime
          />
        }
      />
      <AddressNote parsers={PAGE_PARSERS} />
      <div className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-2">
        <SearchField
          inputRef={search}
          value={filters.q}
          onChange={(q) => void setFilters({ q: q || null }, { history: "replace" })}
        />
        <div className="flex flex-wrap items-center gap-2 md:ml-auto">
          <FilterSheet {...filterProps} />
          <Segmented
            label="Shown as"
            labelHidden
            value={view}
            onChange={(next) => void setView(next)}
            options={[
              { value: "table", label: "Table" },
              { value: "chart", label: "Chart" },
            ]}
          />
          {isChart ? null : (
            <>
              <Select<GenerationSort>
                label="Sort"
                labelHidden
                value={sort}
                onChange={(next) => void setSort(next)}
                options={GENERATION_SORTS.map((value) => ({ value, label: capitalized(SORT_WORDS[value]) }))}
                className="md:hidden"
              />
              <span className="max-md:hidden">
                <ViewMenu options={options} onChange={setOptions} />
              </span>
            </>
          )}
          <ExportLinks filter={filter} sort={sort} />
        </div>
      </div>
      <FilterBar {...filterProps} />
      {isChart ? (
        <ChartPanel
          query={chart}
          time={time}
          onOpen={(span) => {
            time.select(span);
            void setView("table");
          }}
        />
      ) : (
        <RowsPanel
          list={list}
          counted={facets.data ?? null}
          filters={filters}
          time={time}
          options={options}
          sort={sort}
          onSort={(next) => void setSort(next)}
          openId={openId}
          onOpen={(id) => void setOpenId(id)}
          onShowNew={() => void showNew()}
          onClear={() => void setFilters(NO_FILTERS)}
        />
      )}
      <GenerationDrawer
        id={openId}
        ids={list.rows?.map((row) => row.id) ?? []}
        onClose={() => void setOpenId(null)}
        onStep={step}
      />
    </>
  );
}

const capitalized = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);
