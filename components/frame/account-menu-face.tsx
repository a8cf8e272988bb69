import { CircleUser, Ellipsis } from "lucide-react";
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

export function AccountMenuFace({ name, labelClassName, pages = [], iconSize }: AccountMenuProps) {
  const more = pages.length > 0;
  return (
    <>
      <Icon icon={more ? Ellipsis : CircleUser} size={iconSize} className="shrink-0" />
      <span className={cn("max-w-full min-w-0 truncate", labelClassName)}>{more ? "More" : name}</span>
    </>
  );
}
