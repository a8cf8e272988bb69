"use client";
import { CircleUser, Ellipsis } from "lucide-react";
import { lazy, Suspense } from "react";
import { cn } from "@/components/ui/cn";
import { Icon } from "@/components/ui/icon";
import type { NavItem } from "./nav-items";

export interface AccountMenuProps {
  name: string;
  onShowShortcuts: () => void;
  triggerClassName: string;
  labelClassName?: string;
  /** Pages that found no room of their own (on a phone): the menu is then called "More". */
  pages?: readonly NavItem[];
  iconSize?: number;
}

const AccountMenuBox = lazy(() => import("./account-menu-box"));

/** Account, theme and, on a phone, more pages. Its script comes after the page is drawn. */
export function AccountMenu(props: AccountMenuProps) {
  return (
    <Suspense
      fallback={
        <span className={props.triggerClassName}>
          <AccountMenuFace {...props} />
        </span>
      }
    >
      <AccountMenuBox {...props} />
    </Suspense>
  );
}

export function AccountMenuFace({ name, labelClassName, pages = [], iconSize }: AccountMenuProps) {
  const more = pages.length > 0;
  return (
    <>
      <Icon icon={more ? Ellipsis : CircleUser} size={iconSize} className="shrink-0" />
      <span className={cn("max-w-full min-w-0 truncate", labelClassName)}>{more ? "More" : name}</span>
    </>
  );
}
