import type { Metadata } from "next";
import { environmentOf, type SearchParams, titleIn } from "@/app/_environment/environment-of";
import { HydrateClient, requireUser, trpc } from "@/app/_trpc/server";
import { IncidentsView } from "@/components/incidents/incidents-view";

export async function generateMetadata({ searchParams }: { searchParams: SearchParams }): Promise<Metadata> {
  return { title: await titleIn(searchParams, "Incidents") };
}

export default async function IncidentsPage({ searchParams }: { searchParams: SearchParams }) {
  await requireUser();
  const environment = await environmentOf(searchParams);
  await Promise.all([
    trpc.incidents.list.prefetch({ environment }),
    trpc.warnings.list.prefetch({ environment }),
    trpc.rollout.status.prefetch({ environment }),
  ]);
  return (
    <HydrateClient>
      <IncidentsView />
    </HydrateClient>
  );
}
