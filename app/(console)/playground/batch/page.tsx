import type { Metadata } from "next";
import { environmentOf, type SearchParams, titleIn } from "@/app/_environment/environment-of";
import { HydrateClient, requireUser, trpc } from "@/app/_trpc/server";
import { BatchPage as BatchPageView } from "@/components/batch/batch-page";

export async function generateMetadata({ searchParams }: { searchParams: SearchParams }): Promise<Metadata> {
  return { title: await titleIn(searchParams, "Batch") };
}

export default async function BatchPage({ searchParams }: { searchParams: SearchParams }) {
  await requireUser();
  const environment = await environmentOf(searchParams);
  await Promise.all([trpc.batch.list.prefetch({ environment }), trpc.rollout.status.prefetch({ environment })]);
  return (
    <HydrateClient>
      <BatchPageView />
    </HydrateClient>
  );
}
