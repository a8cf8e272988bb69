import type { Metadata } from "next";
import { environmentOf, type SearchParams, titleIn } from "@/app/_environment/environment-of";
import { HydrateClient, requireUser, trpc } from "@/app/_trpc/server";
import { ChecklistView } from "@/components/checklist/checklist-view";

export async function generateMetadata({ searchParams }: { searchParams: SearchParams }): Promise<Metadata> {
  return { title: await titleIn(searchParams, "Testing checklist") };
}

export default async function ChecklistPage({ searchParams }: { searchParams: SearchParams }) {
  await requireUser();
  const environment = await environmentOf(searchParams);
  await Promise.all([trpc.checklist.get.prefetch({ environment }), trpc.rollout.status.prefetch({ environment })]);
  return (
    <HydrateClient>
      <ChecklistView />
    </HydrateClient>
  );
}
