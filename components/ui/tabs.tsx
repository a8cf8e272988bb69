"use client";
import { Tabs as BaseTabs } from "@base-ui/react/tabs";
import type { ReactNode } from "react";
import { cn } from "./cn";

export interface TabItem<Value extends string> {
  value: Value;
  label: ReactNode;
}

interface TabsProps<Value extends string> {
  label: string;
  items: readonly TabItem<Value>[];
  value: Value;
  onChange: (value: Value) => void;
  /** Smaller words, where the tabs stand over a narrow form. */
  compact?: boolean;
  className?: string;
  children: ReactNode;
}

/** Tabs over panels (`TabPanel`) on one page; for a choice without panels take `Segmented`. */
export function Tabs<Value extends string>({
  label,
  items,
  value,
  onChange,
  compact = false,
  className,
  children,
}: TabsProps<Value>) {
  return (
    <BaseTabs.Root value={value} onValueChange={(next) => onChange(next as Value)} className={className}>
      <BaseTabs.List
        aria-label={label}
        activateOnFocus
        className="flex max-w-full overflow-x-auto border-b border-line [scrollbar-width:none]"
      >
        {items.map((item) => (
          <BaseTabs.Tab
            key={item.value}
            value={item.value}
            className={cn(
              "-mb-px h-11 shrink-0 border-0 border-b-2 border-transparent bg-transparent whitespace-nowrap text-ink-2 outline-offset-[-2px] transition-colors hover:text-ink-1",
              compact ? "px-2 text-small" : "px-3 text-body",
              "data-[active]:border-ink-1 data-[active]:font-medium data-[active]:text-ink-1",
            )}
          >
            {item.label}
          </BaseTabs.Tab>
        ))}
      </BaseTabs.List>
      {children}
    </BaseTabs.Root>
  );
}

export const TabPanel = BaseTabs.Panel;
