"use client";
import { keepPreviousData } from "@tanstack/react-query";
import { useQueryStates } from "nuqs";
import { useEffect, useState } from "react";
import { useEnvironment } from "@/components/frame/environment";
import { EnvironmentSwitch } from "@/components/frame/environment-switch";
import { RolloutBanners } from "@/components/rollout/rollout-banners";
import { trpc } from "@/components/trpc/client";
import { FilterChip } from "@/components/ui/chip";
import { QueryStates } from "@/components/ui/query-states";
import { Select } from "@/components/ui/select";
import { Skeleton } from "@/components/ui/skeleton";
import { ChangesPanel } from "./changes-panel";
import { FailuresPanel } from "./failures-panel";
import { REFRESH_MS } from "./freshness";
import { includesTrials, overviewInput, overviewParsers, RANGE_MS, RANGE_WORDS, RANGES } from "./range";
import { RecentPanel } from "./recent-panel";
import { RibbonCard } from "./ribbon-card";
import { StartPanel } from "./start-panel";
import { TileGrid } from "./tile-grid";
import { tilesOf } from "./tiles";

/** `renderedAtMs` is the server's time of the prefetch, so that the first query here is the one already answered. */
export function OverviewView({ renderedAtMs }: { renderedAtMs: number }) {
  const environment = useEnvironment();
  const [{ range, trials }, setView] = useQueryStates(overviewParsers, { history: "push" });
  const [atMs, setAtMs] = useState(renderedAtMs);
  useEffect(() => {
    const timer = setInterval(() => setAtMs(Date.now()), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);

  const input = overviewInput(environment.name, range, trials, atMs);
  const current = trpc.overview.get.useQuery(input, { placeholderData: keepPreviousData });
  // The time before, of the same length: held while the window moves on, since its answer hardly changes.
  const [beforeMs] = useState(renderedAtMs);
  const before = overviewInput(environment.name, range, trials, beforeMs - RANGE_MS[range]);
  const previous = trpc.overview.get.useQuery(before, { staleTime: Number.POSITIVE_INFINITY });
  const withTrials = includesTrials(environment.name, trials);

  return (
    <>
      <RolloutBanners />
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3 md:mb-6">
        <EnvironmentSwitch />
        <div className="flex flex-wrap items-center gap-2">
          <FilterChip
            pressed={withTrials}
            title="Also count what was tried out in the playground and the checklist"
            onClick={() => void setView({ trials: withTrials === environment.isSandbox ? !withTrials : null })}
          >
            Include trials
          </FilterChip>
          <Select
            label="Range"
            labelHidden
            value={range}
            onChange={(next) => void setView({ range: next })}
            options={RANGES.map((value) => ({ value, label: RANGE_WORDS[value] }))}
            className="min-w-36"
          />
        </div>
      </div>
      <QueryStates query={current} what="The overview" skeleton={<OverviewSkeleton />}>
        {(overview) => (
          <div className="flex flex-col gap-4 xl:gap-6">
            <RibbonCard
              overview={overview}
              updatedAtMs={current.dataUpdatedAt}
              refreshing={current.isPlaceholderData}
            />
            {overview.providers.every((numbers) => numbers.generations === 0) ? (
              <StartPanel />
            ) : (
              <TileGrid tiles={tilesOf(overview, previous.data)} />
            )}
            <div className="grid gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)] xl:gap-6">
              <RecentPanel />
              <div className="flex flex-col gap-4 xl:gap-6">
                <FailuresPanel overview={overview} />
                <ChangesPanel overview={overview} />
              </div>
            </div>
          </div>
        )}
      </QueryStates>
    </>
  );
}

function OverviewSkeleton() {
  return (
    <div className="flex flex-col gap-4 xl:gap-6">
      <h1 className="sr-only">Overview</h1>
      <Skeleton className="h-35" />
      <Skeleton className="h-28" />
      <Skeleton className="h-80" />
    </div>
  );
}
