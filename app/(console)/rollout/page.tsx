import type { Metadata } from "next";
import { environmentOf, type SearchParams, titleIn } from "@/app/_environment/environment-of";
import { HydrateClient, requireUser, trpc } from "@/app/_trpc/server";
import { RolloutView } from "@/components/rollout/rollout-view";

export async function generateMetadata({ searchParams }: { searchParams: SearchParams }): Promise<Metadata> {
  return { title: await titleIn(searchParams, "Rollout") };
}

export default async function RolloutPage({ searchParams }: { searchParams: SearchParams }) {
  await requireUser();
  const environment = await environmentOf(searchParams);
  await Promise.all([trpc.rollout.status.prefetch({ environment }), trpc.gates.phases.prefetch({ environment })]);
  return (
    <HydrateClient>
      <RolloutView />
    </HydrateClient>
  );
}
