import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { environmentOf, type SearchParams, titleIn } from "@/app/_environment/environment-of";
import { HydrateClient, requireUser, trpc } from "@/app/_trpc/server";
import { shortId } from "@/components/format";
import { GenerationPage } from "@/components/generations/generation-page";
import { isId } from "@/server/domain/ids";

interface Props {
  params: Promise<{ id: string }>;
  searchParams: SearchParams;
}

export async function generateMetadata({ params, searchParams }: Props): Promise<Metadata> {
  const { id } = await params;
  return { title: await titleIn(searchParams, `Generation ${shortId(id)}`) };
}

export default async function Page({ params, searchParams }: Props) {
  await requireUser();
  const { id } = await params;
  if (!isId(id)) notFound();
  const environment = await environmentOf(searchParams);
  await Promise.all([trpc.generations.get.prefetch({ id }), trpc.rollout.status.prefetch({ environment })]);
  return (
    <HydrateClient>
      <GenerationPage id={id} />
    </HydrateClient>
  );
}
