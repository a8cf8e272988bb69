import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { environmentOf, type SearchParams, titleIn } from "@/app/_environment/environment-of";
import { HydrateClient, requireUser, trpc } from "@/app/_trpc/server";
import { IncidentView } from "@/components/incidents/incident-view";
import { isId } from "@/server/domain/ids";

interface Props {
  params: Promise<{ id: string }>;
  searchParams: SearchParams;
}

export async function generateMetadata({ searchParams }: Props): Promise<Metadata> {
  return { title: await titleIn(searchParams, "Incident") };
}

export default async function IncidentPage({ params, searchParams }: Props) {
  await requireUser();
  const { id } = await params;
  if (!isId(id)) notFound();
  const environment = await environmentOf(searchParams);
  await Promise.all([trpc.incidents.get.prefetch({ incidentId: id }), trpc.rollout.status.prefetch({ environment })]);
  return (
    <HydrateClient>
      <IncidentView id={id} />
    </HydrateClient>
  );
}
