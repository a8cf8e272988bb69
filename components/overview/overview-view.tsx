"use client";
import { keepPreviousData } from "@tanstack/react-query";
import { CrosshairProvider } from "@/components/charts/crosshair";
import { useEnvironment } from "@/components/frame/environment";
import { EnvironmentSwitch } from "@/components/frame/environment-switch";
import { RolloutBanners } from "@/components/rollout/rollout-banners";
import { AddressNote } from "@/components/time/address-note";
import { TimeControls } from "@/components/time/time-controls";
import { useTimeView } from "@/components/time/use-time-view";
import { type RouterOutputs, trpc } from "@/components/trpc/client";
import { QueryStates } from "@/components/ui/query-states";
import { Skeleton } from "@/components/ui/skeleton";
import { ChangesPanel } from "./changes-panel";
import { ExpectedPanel } from "./expected-panel";
import { FailuresPanel } from "./failures-panel";
import { LatencyPanel } from "./latency-panel";
import { RecentPanel } from "./recent-panel";
import { RibbonCard } from "./ribbon-card";
import { SampleTraffic } from "./sample-traffic";
import { ColdPanel, CostPanel, SuccessPanel } from "./small-charts";
import { StartPanel } from "./start-panel";
import { TileGrid } from "./tile-grid";
import { tilesOf } from "./tiles";
import { useChartFrame } from "./use-chart-frame";
import { useLiveMetrics } from "./use-live-metrics";

const NO_ANNOTATIONS = { listed: [], omitted: 0 };

/** `renderedAtMs` is the server's time of the prefetch, so that the first questions here are those already answered. */
export function OverviewView({ renderedAtMs }: { renderedAtMs: number }) {
  const { name: environment } = useEnvironment();
  const time = useTimeView(renderedAtMs);
  const frame = useChartFrame(time);
  const { input, refreshMs, view } = time;
  const { fromMs, toMs, populations } = input;
  const options = { placeholderData: keepPreviousData, refetchInterval: refreshMs ?? (false as const) };
  const totals = trpc.metrics.totals.useQuery(input, options);
  const series = trpc.metrics.series.useQuery(input, options);
  const lengthMs = toMs - fromMs;
  const before = trpc.metrics.series.useQuery(
    { ...input, fromMs: Math.max(0, fromMs - lengthMs), toMs: fromMs, bucketMs: time.plan.bucketMs },
    // It hardly changes any more; where nothing as fine is kept for that time it is left out.
    { enabled: view.cmp === "prev", placeholderData: keepPreviousData, staleTime: 60_000, retry: false },
  );
  const annotations = trpc.metrics.annotations.useQuery({ environment, fromMs, toMs }, options);
  const costs = trpc.metrics.costByWeek.useQuery({ environment, populations }, options);
  const overview = trpc.overview.get.useQuery({ environment }, options);
  useLiveMetrics(refreshMs !== null);

  async function refresh() {
    time.follow();
    await Promise.all([totals, series, annotations, costs, overview].map((query) => query.refetch()));
  }

  return (
    <CrosshairProvider>
      <RolloutBanners />
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3 md:mb-6">
        <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1 max-md:min-h-11">
          <EnvironmentSwitch />
          <SampleTraffic offered={totals.data !== undefined && !isEmpty(totals.data)} />
        </div>
        <TimeControls time={time} refreshing={totals.isFetching} onRefresh={() => void refresh()} />
      </div>
      <AddressNote />
      <QueryStates query={totals} what="The overview" skeleton={<OverviewSkeleton />}>
        {(numbers) => (
          <div className="flex flex-col gap-4 xl:gap-6">
            <RibbonCard
              totals={numbers}
              revision={overview.data?.revision ?? null}
              updatedAtMs={totals.dataUpdatedAt}
              refreshMs={refreshMs}
              refreshing={totals.isPlaceholderData}
            />
            {numbers.behind > 0 ? (
              <p role="status" className="m-0 text-small text-ink-2">
                {numbers.behind} more have ended and are still being counted.
              </p>
            ) : null}
            {isEmpty(numbers) ? (
              <StartPanel />
            ) : (
              <div className="flex flex-col gap-2">
                <TileGrid
                  tiles={tilesOf(numbers, series.data, view.cmp === "prev")}
                  window={numbers.current}
                  populations={populations}
                />
                <p className="m-0 text-small text-ink-3">
                  Counted: {numbers.population}
                  {numbers.leftOut ? `; left out: ${numbers.leftOut}` : ""}.
                </p>
              </div>
            )}
            <QueryStates query={series} what="The charts" skeleton={<Skeleton className="h-100" />}>
              {(answer) => (
                <div className="grid gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)] xl:gap-6">
                  <div className="flex min-w-0 flex-col gap-4 xl:gap-6">
                    <LatencyPanel
                      series={answer}
                      before={view.cmp === "prev" ? before.data : undefined}
                      compares={view.cmp === "prev"}
                      annotations={annotations.data ?? NO_ANNOTATIONS}
                      frame={frame}
                    />
                    <ExpectedPanel totals={numbers} />
                  </div>
                  <div className="flex min-w-0 flex-col gap-4 xl:gap-6">
                    <ColdPanel series={answer} frame={frame} totals={numbers} />
                    <SuccessPanel series={answer} frame={frame} />
                    <QueryStates query={costs} what="The costs" skeleton={<Skeleton className="h-56" />}>
                      {(weeks) => <CostPanel costs={weeks} frame={frame} />}
                    </QueryStates>
                  </div>
                </div>
              )}
            </QueryStates>
            <div className="grid gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)] xl:gap-6">
              <RecentPanel />
              <div className="flex flex-col gap-4 xl:gap-6">
                <FailuresPanel totals={numbers} populations={populations} />
                <QueryStates query={overview} what="The changes" skeleton={<Skeleton className="h-40" />}>
                  {(changes) => <ChangesPanel overview={changes} />}
                </QueryStates>
              </div>
            </div>
          </div>
        )}
      </QueryStates>
    </CrosshairProvider>
  );
}

function isEmpty({ current, open }: RouterOutputs["metrics"]["totals"]): boolean {
  return current.all.generations + open.scenario + open.comfyui === 0;
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
