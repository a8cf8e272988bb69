import type { Metadata } from "next";
import { cookies } from "next/headers";
import { createLoader } from "nuqs/server";
import { environmentOf, type SearchParams, titleIn } from "@/app/_environment/environment-of";
import { HydrateClient, requireUser, trpc } from "@/app/_trpc/server";
import { filterParsers, spanOf, toQuery } from "@/components/generations/filters";
import { GenerationsView } from "@/components/generations/generations-view";
import { PAGE_SIZE } from "@/components/generations/page-size";
import { OPTIONS_COOKIE, readOptions, sortParser, viewParser } from "@/components/generations/view-options";
import { timeParsers } from "@/components/time/time-view";

const loadFilters = createLoader(filterParsers);
const loadTime = createLoader({ ...timeParsers, view: viewParser, sort: sortParser });

export async function generateMetadata({ searchParams }: { searchParams: SearchParams }): Promise<Metadata> {
  return { title: await titleIn(searchParams, "Generations") };
}

export default async function GenerationsPage({ searchParams }: { searchParams: SearchParams }) {
  await requireUser();
  const nowMs = Date.now();
  const [environment, filters, { view: shown, sort, ...view }, jar] = await Promise.all([
    environmentOf(searchParams),
    loadFilters(searchParams),
    loadTime(searchParams),
    cookies(),
  ]);
  const filter = toQuery(environment, filters, spanOf(view, nowMs));
  await Promise.all([
    shown === "chart"
      ? trpc.generations.chart.prefetch(filter)
      : trpc.generations.list.prefetchInfinite({ filter, sort, limit: PAGE_SIZE }),
    trpc.generations.facets.prefetch(filter),
    trpc.rollout.status.prefetch({ environment }),
  ]);
  return (
    <HydrateClient>
      <GenerationsView renderedAtMs={nowMs} savedOptions={readOptions(jar.get(OPTIONS_COOKIE)?.value)} />
    </HydrateClient>
  );
}
