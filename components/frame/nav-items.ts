import {
  CircleDollarSign,
  Gauge,
  Images,
  type LucideIcon,
  Settings,
  Siren,
  SlidersHorizontal,
  Sparkles,
} from "lucide-react";

export interface NavItem {
  href: string;
  label: string;
  icon: LucideIcon;
  /** Second key of the `g` sequence. */
  key: string;
  /** In the phone's bar itself; the others stand under More. */
  onPhone: boolean;
}

/** The pages that exist. A page that comes later is added here, in the order of the specification. */
export const NAV_ITEMS: readonly NavItem[] = [
  { href: "/", label: "Overview", icon: Gauge, key: "o", onPhone: true },
  { href: "/rollout", label: "Rollout", icon: SlidersHorizontal, key: "r", onPhone: true },
  { href: "/playground", label: "Playground", icon: Sparkles, key: "p", onPhone: false },
  { href: "/generations", label: "Generations", icon: Images, key: "g", onPhone: true },
  { href: "/costs", label: "Costs", icon: CircleDollarSign, key: "c", onPhone: false },
  { href: "/alerts", label: "Incidents", icon: Siren, key: "a", onPhone: true },
  { href: "/settings/keys", label: "Settings", icon: Settings, key: "s", onPhone: false },
];

/** The item that a path belongs to: the longest first segment that it shares. */
export function currentItem(pathname: string): NavItem | undefined {
  const section = pathname.split("/")[1] ?? "";
  return NAV_ITEMS.find((item) => (item.href.split("/")[1] ?? "") === section);
}
