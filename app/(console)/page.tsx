import type { Metadata } from "next";
import { createLoader } from "nuqs/server";
import { environmentOf, type SearchParams, titleIn } from "@/app/_environment/environment-of";
import { HydrateClient, requireUser, trpc } from "@/app/_trpc/server";
import { OverviewView } from "@/components/overview/overview-view";
import { recentInput } from "@/components/overview/recent-input";
import { metricsInput, timeParsers } from "@/components/time/time-view";

const loadView = createLoader(timeParsers);

export async function generateMetadata({ searchParams }: { searchParams: SearchParams }): Promise<Metadata> {
  return { title: await titleIn(searchParams, "Overview") };
}

export default async function OverviewPage({ searchParams }: { searchParams: SearchParams }) {
  await requireUser();
  const [environment, view] = await Promise.all([environmentOf(searchParams), loadView(searchParams)]);
  const nowMs = Date.now();
  await Promise.all([
    trpc.metrics.totals.prefetch(metricsInput(environment, view, nowMs)),
    trpc.overview.get.prefetch({ environment }),
    trpc.generations.list.prefetch(recentInput(environment)),
    trpc.providers.status.prefetch({ environment }),
    trpc.rollout.status.prefetch({ environment }),
  ]);
  return (
    <HydrateClient>
      <OverviewView renderedAtMs={nowMs} />
    </HydrateClient>
  );
}
