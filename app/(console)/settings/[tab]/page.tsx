import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { environmentOf, type SearchParams, titleIn } from "@/app/_environment/environment-of";
import { HydrateClient, requireUser, trpc } from "@/app/_trpc/server";
import { isSettingsTab, SETTINGS_TABS } from "@/components/settings/settings-tabs";
import { SettingsView } from "@/components/settings/settings-view";

interface Props {
  params: Promise<{ tab: string }>;
  searchParams: SearchParams;
}

export async function generateMetadata({ params, searchParams }: Props): Promise<Metadata> {
  const { tab } = await params;
  const label = SETTINGS_TABS.find((entry) => entry.value === tab)?.label ?? "Settings";
  return { title: await titleIn(searchParams, label) };
}

export default async function Page({ params, searchParams }: Props) {
  await requireUser();
  const { tab } = await params;
  if (!isSettingsTab(tab)) notFound();
  const environment = await environmentOf(searchParams);
  await Promise.all([
    trpc.rollout.status.prefetch({ environment }),
    tab === "keys"
      ? trpc.keys.list.prefetch({ environment })
      : tab === "providers"
        ? trpc.providers.status.prefetch({ environment })
        : trpc.digests.settings.prefetch({ environment }),
  ]);
  return (
    <HydrateClient>
      <SettingsView tab={tab} />
    </HydrateClient>
  );
}
