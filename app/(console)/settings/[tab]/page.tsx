import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { environmentOf, type SearchParams, titleIn } from "@/app/_environment/environment-of";
import { HydrateClient, requireUser, trpc } from "@/app/_trpc/server";
import { isSettingsTab, SETTINGS_TABS, type SettingsTab } from "@/components/settings/settings-tabs";
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
  await Promise.all([trpc.rollout.status.prefetch({ environment }), prefetchTab(tab, environment)]);
  return (
    <HydrateClient>
      <SettingsView tab={tab} />
    </HydrateClient>
  );
}

function prefetchTab(tab: SettingsTab, environment: string): Promise<void> {
  switch (tab) {
    case "keys":
      return trpc.keys.list.prefetch({ environment });
    case "providers":
      return trpc.providers.status.prefetch({ environment });
    case "prices":
      return trpc.prices.list.prefetch();
    case "storage":
      return trpc.storage.status.prefetch({ environment });
    case "notifications":
      return trpc.digests.settings.prefetch({ environment });
  }
}
