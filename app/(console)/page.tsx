import type { Metadata } from "next";
import { createLoader } from "nuqs/server";
import { environmentOf, type SearchParams, titleIn } from "@/app/_environment/environment-of";
import { HydrateClient, requireUser, trpc } from "@/app/_trpc/server";
import { OverviewView } from "@/components/overview/overview-view";
import { overviewInput, overviewParsers, RANGE_MS } from "@/components/overview/range";
import { recentInput } from "@/components/overview/recent-input";

const loadView = createLoader(overviewParsers);

export async function generateMetadata({ searchParams }: { searchParams: SearchParams }): Promise<Metadata> {
  return { title: await titleIn(searchParams, "Overview") };
}

export default async function OverviewPage({ searchParams }: { searchParams: SearchParams }) {
  await requireUser();
  const [environment, { range, trials }] = await Promise.all([environmentOf(searchParams), loadView(searchParams)]);
  const nowMs = Date.now();
  await Promise.all([
    trpc.overview.get.prefetch(overviewInput(environment, range, trials, nowMs)),
    trpc.overview.get.prefetch(overviewInput(environment, range, trials, nowMs - RANGE_MS[range])),
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
