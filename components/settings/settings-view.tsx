"use client";
import Link from "next/link";
import type { ComponentType } from "react";
import { useEnvironment } from "@/components/frame/environment";
import { PageHeader } from "@/components/frame/page-header";
import { cn } from "@/components/ui/cn";
import { KeysPanel } from "./keys-panel";
import { NotificationsPanel } from "./notifications-panel";
import { PricesPanel } from "./prices-panel";
import { ProvidersPanel } from "./providers-panel";
import { SETTINGS_TABS, type SettingsTab } from "./settings-tabs";
import { StoragePanel } from "./storage-panel";

const PANELS: Record<SettingsTab, ComponentType> = {
  keys: KeysPanel,
  providers: ProvidersPanel,
  prices: PricesPanel,
  storage: StoragePanel,
  notifications: NotificationsPanel,
};

export function SettingsView({ tab }: { tab: SettingsTab }) {
  const Panel = PANELS[tab];
  const { hrefIn } = useEnvironment();
  return (
    <>
      <PageHeader title="Settings" />
      <div className="grid gap-6 lg:grid-cols-[180px_minmax(0,760px)]">
        <nav aria-label="Settings" className="flex flex-wrap gap-1 lg:flex-col">
          {SETTINGS_TABS.map(({ value, label }) => (
            <Link
              key={value}
              href={hrefIn(`/settings/${value}`)}
              aria-current={value === tab ? "page" : undefined}
              className={cn(
                "flex h-11 items-center rounded-control border px-3 text-body no-underline md:h-9",
                value === tab
                  ? "border-line bg-surface font-medium text-ink-1"
                  : "border-transparent text-ink-2 hover:bg-surface hover:text-ink-1",
              )}
            >
              {label}
            </Link>
          ))}
        </nav>
        <Panel />
      </div>
    </>
  );
}
