"use client";
import { useQueryState, useQueryStates } from "nuqs";
import { parseAsString } from "nuqs/server";
import { useMemo, useRef, useState } from "react";
import { useEnvironment } from "@/components/frame/environment";
import { PageHeader } from "@/components/frame/page-header";
import { useKeys } from "@/components/frame/single-keys";
import { TimeControls } from "@/components/time/time-controls";
import { useTimeView } from "@/components/time/use-time-view";
import { trpc } from "@/components/trpc/client";
import { ExportLinks } from "./export-links";
import { FilterBar, FilterSheet } from "./filter-bar";
import { type FilterKey, filterParsers, NO_FILTERS, spanOf, toQuery } from "./filters";
import { GenerationDrawer } from "./generation-drawer";
import { RowsPanel } from "./rows-panel";
import { SearchField } from "./search-field";
import { useGenerationList } from "./use-generation-list";
import { useLiveList } from "./use-live-list";
import { useViewOptions } from "./use-view-options";
import { ViewMenu } from "./view-menu";
import type { ViewOptions } from "./view-options";

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
  const list = useGenerationList(filter, time.refreshMs);
  const facets = trpc.generations.facets.useQuery(filter, {
    refetchInterval: time.refreshMs ?? false,
    placeholderData: (previous) => previous,
  });
  useLiveList(time.refreshMs !== null, () => {
    void list.head.refetch();
    void facets.refetch();
  });

  function toggle(key: FilterKey, value: string) {
    const current: readonly string[] = filters[key];
    const next = current.includes(value) ? current.filter((entry) => entry !== value) : [...current, value];
    // The value comes from a chip of this very key, so it is one of the key's words.
    void setFilters({ [key]: next.length > 0 ? next : null } as Parameters<typeof setFilters>[0]);
  }

  async function refresh() {
    setAnchorMs(Date.now());
    await Promise.all([list.pages.refetch(), list.head.refetch(), facets.refetch()]);
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
          <TimeControls time={time} refreshing={list.pages.isRefetching} onRefresh={() => void refresh()} onlyTime />
        }
      />
      <div className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-2">
        <SearchField
          inputRef={search}
          value={filters.q}
          onChange={(q) => void setFilters({ q: q || null }, { history: "replace" })}
        />
        <div className="flex flex-wrap items-center gap-2 md:ml-auto">
          <FilterSheet {...filterProps} />
          <span className="max-md:hidden">
            <ViewMenu options={options} onChange={setOptions} />
          </span>
          <ExportLinks filter={filter} />
        </div>
      </div>
      <FilterBar {...filterProps} />
      <RowsPanel
        list={list}
        total={facets.data?.total ?? null}
        filters={filters}
        time={time}
        options={options}
        openId={openId}
        onOpen={(id) => void setOpenId(id)}
        onRefresh={() => void refresh()}
        onClear={() => void setFilters(NO_FILTERS)}
      />
      <GenerationDrawer
        id={openId}
        ids={list.rows?.map((row) => row.id) ?? []}
        onClose={() => void setOpenId(null)}
        onStep={(id) => void setOpenId(id, { history: "replace" })}
      />
    </>
  );
}
