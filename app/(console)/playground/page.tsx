import type { Metadata } from "next";
import { environmentOf, type SearchParams, titleIn } from "@/app/_environment/environment-of";
import { HydrateClient, requireUser, trpc } from "@/app/_trpc/server";
import { lastRunsInput } from "@/components/playground/last-runs-input";
import { PlaygroundView } from "@/components/playground/playground-view";

export async function generateMetadata({ searchParams }: { searchParams: SearchParams }): Promise<Metadata> {
  return { title: await titleIn(searchParams, "Playground") };
}

export default async function PlaygroundPage({ searchParams }: { searchParams: SearchParams }) {
  await requireUser();
  const environment = await environmentOf(searchParams);
  await Promise.all([
    trpc.generations.list.prefetch(lastRunsInput(environment)),
    trpc.providers.status.prefetch({ environment }),
    trpc.rollout.status.prefetch({ environment }),
  ]);
  return (
    <HydrateClient>
      <PlaygroundView />
    </HydrateClient>
  );
}
