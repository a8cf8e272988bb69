"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cn } from "@/components/ui/cn";
import { Icon } from "@/components/ui/icon";
import { AccountMenu } from "./account-menu";
import { useEnvironment } from "./environment";
import { currentItem, NAV_ITEMS, type NavItem } from "./nav-items";

const CELL =
  "flex h-full min-w-0 flex-1 flex-col items-center justify-center gap-1 border-0 bg-transparent px-1 text-axis no-underline outline-offset-[-3px]";

const isPrimary = (item: NavItem) => item.onPhone;

/** The phone's navigation, in the thumb's reach. */
export function BottomBar({ userName, onShowShortcuts }: { userName: string; onShowShortcuts: () => void }) {
  const current = currentItem(usePathname());
  const { hrefIn } = useEnvironment();
  return (
    <nav
      aria-label="Pages"
      className="no-print fixed inset-x-0 bottom-0 z-30 flex h-14 border-t border-line bg-surface md:hidden"
    >
      {NAV_ITEMS.filter(isPrimary).map((item) => (
        <Link
          key={item.href}
          href={hrefIn(item.href)}
          aria-current={item === current ? "page" : undefined}
          className={cn(CELL, item === current ? "font-medium text-ink-1" : "text-ink-2")}
        >
          <Icon icon={item.icon} size={20} />
          <span className="max-w-full truncate">{item.label}</span>
        </Link>
      ))}
      <AccountMenu
        name={userName}
        onShowShortcuts={onShowShortcuts}
        triggerClassName={cn(CELL, current && !isPrimary(current) ? "font-medium text-ink-1" : "text-ink-2")}
        pages={NAV_ITEMS.filter((item) => !isPrimary(item))}
        iconSize={20}
      />
    </nav>
  );
}
