"use client";
import { Search } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "@/components/ui/cn";
import { Icon } from "@/components/ui/icon";
import { Kbd } from "@/components/ui/kbd";
import { AccountMenu } from "./account-menu";
import { BrandMark } from "./brand";
import { useEnvironment } from "./environment";
import { currentItem, NAV_ITEMS } from "./nav-items";

interface SideNavProps {
  userName: string;
  onOpenPalette: () => void;
  onShowShortcuts: () => void;
}

const ROW =
  "flex h-9 w-full items-center gap-3 rounded-control border px-2.5 text-left text-body no-underline transition-colors hover:bg-surface hover:text-ink-1 max-xl:justify-center max-xl:px-0";
const QUIET = "border-transparent bg-transparent text-ink-2";
const CURRENT = "border-line bg-surface font-medium text-ink-1";

/** Full width from 1280, a rail of icons down to 768; below that the bottom bar takes over. */
export function SideNav({ userName, onOpenPalette, onShowShortcuts }: SideNavProps) {
  const current = currentItem(usePathname());
  const { hrefIn } = useEnvironment();
  return (
    <header className="no-print fixed inset-y-0 left-0 z-30 hidden w-(--nav-width) flex-col border-r border-line bg-canvas p-2 md:flex xl:p-4">
      <Link
        href={hrefIn("/")}
        aria-label="Switchyard, Overview"
        className="mb-6 flex h-10 items-center gap-2.5 rounded-control px-2 text-heading text-ink-1 no-underline max-xl:justify-center max-xl:px-0"
      >
        <BrandMark />
        <span className="max-xl:hidden">Switchyard</span>
      </Link>
      <nav aria-label="Pages" className="flex flex-1 flex-col gap-1">
        {NAV_ITEMS.map((item) => (
          <Link
            key={item.href}
            href={hrefIn(item.href)}
            aria-current={item === current ? "page" : undefined}
            title={item.label}
            className={cn(ROW, item === current ? CURRENT : QUIET)}
          >
            <Icon icon={item.icon} className="shrink-0" />
            <span className="max-xl:sr-only">{item.label}</span>
          </Link>
        ))}
      </nav>
      <div className="flex flex-col gap-1">
        <button type="button" onClick={onOpenPalette} title="Search" className={cn(ROW, QUIET)}>
          <Icon icon={Search} className="shrink-0" />
          <span className="flex-1 max-xl:sr-only">Search</span>
          <span className="max-xl:hidden">
            <Kbd>⌘ K</Kbd>
          </span>
        </button>
        <AccountMenu
          name={userName}
          onShowShortcuts={onShowShortcuts}
          triggerClassName={cn(ROW, QUIET)}
          labelClassName="max-xl:sr-only"
        />
      </div>
    </header>
  );
}
