import type { Metadata } from "next";
import { createLoader } from "nuqs/server";
import { environmentOf, type SearchParams, titleIn } from "@/app/_environment/environment-of";
import { HydrateClient, requireUser, trpc } from "@/app/_trpc/server";
import { filterParsers, toQuery } from "@/components/generations/filters";
import { GenerationsView } from "@/components/generations/generations-view";
import { PAGE_SIZE } from "@/components/generations/page-size";

const loadFilters = createLoader(filterParsers);

export async function generateMetadata({ searchParams }: { searchParams: SearchParams }): Promise<Metadata> {
  return { title: await titleIn(searchParams, "Generations") };
}

export default async function GenerationsPage({ searchParams }: { searchParams: SearchParams }) {
  await requireUser();
  const [environment, filters] = await Promise.all([environmentOf(searchParams), loadFilters(searchParams)]);
  const filter = toQuery(environment, filters);
  await Promise.all([
    trpc.generations.list.prefetchInfinite({ filter, limit: PAGE_SIZE }),
    trpc.generations.facets.prefetch(filter),
    trpc.rollout.status.prefetch({ environment }),
  ]);
  return (
    <HydrateClient>
      <GenerationsView />
    </HydrateClient>
  );
}
