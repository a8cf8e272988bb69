import type { ReactNode } from "react";
import { RolloutBanners } from "@/components/rollout/rollout-banners";
import { EnvironmentSwitch } from "./environment-switch";
import { HeaderStrip } from "./header-strip";

interface PageHeaderProps {
  title: string;
  actions?: ReactNode;
}

/** The head of every page but Overview, whose ribbon is its own. */
export function PageHeader({ title, actions }: PageHeaderProps) {
  return (
    <>
      <HeaderStrip />
      <RolloutBanners />
      <div className="mb-4 flex flex-wrap items-center justify-between gap-x-6 gap-y-3 md:mb-6">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <h1 className="m-0 text-title">{title}</h1>
          <EnvironmentSwitch />
        </div>
        {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
      </div>
    </>
  );
}
