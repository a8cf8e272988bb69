"use client";
import { Tooltip as BaseTooltip } from "@base-ui/react/tooltip";
import type { ReactElement } from "react";
import { Kbd } from "./kbd";

interface TooltipProps {
  label: string;
  shortcut?: string;
  side?: "top" | "right" | "bottom" | "left";
  /** Rendered as the trigger; must be focusable and have its own accessible name. */
  trigger: ReactElement;
}

export function Tooltip({ label, shortcut, side = "top", trigger }: TooltipProps) {
  return (
    <BaseTooltip.Root>
      <BaseTooltip.Trigger render={trigger} />
      <BaseTooltip.Portal>
        <BaseTooltip.Positioner side={side} sideOffset={8} className="z-50">
          <BaseTooltip.Popup className="flex max-w-70 items-center gap-2 rounded-control bg-ink-1 px-2 py-1 text-small text-surface transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0">
            {label}
            {shortcut ? <Kbd inverse>{shortcut}</Kbd> : null}
          </BaseTooltip.Popup>
        </BaseTooltip.Positioner>
      </BaseTooltip.Portal>
    </BaseTooltip.Root>
  );
}

export const TooltipProvider = BaseTooltip.Provider;
